-- Votes that judges hold themselves. While the round is open, `sealed` in case_votes is the word `committed`; then the case is
-- `revealing`, and case_reveals receives the votes. They stay encrypted until the round is decided, so that no judge can make
-- revealing depend on the others. `sealed` is null after an import, as in case_votes.
create table case_reveals (
  case_id text not null,
  round integer not null,
  member text not null,
  sealed text,
  revealed_at timestamptz not null,
  primary key (case_id, round, member),
  foreign key (case_id, round, member) references case_votes (case_id, round, member)
);
create trigger case_reveals_append_only before update or delete on case_reveals for each row execute function refuse_change();

alter table cases drop constraint cases_state_check;
alter table cases add constraint cases_state_check
  check (state in ('open', 'revealing', 'postponed', 'decided', 'final', 'superseded'));
alter table case_steps drop constraint case_steps_state_check;
alter table case_steps add constraint case_steps_state_check
  check (state in ('open', 'revealing', 'postponed', 'decided', 'final', 'superseded'));
alter table case_steps drop constraint case_steps_kind_check;
alter table case_steps add constraint case_steps_kind_check check (kind in ('opened', 'votes_closed', 'round_closed', 'decided',
  'postponed', 'resumed', 'restarted', 'appealed', 'final', 'superseded'));
drop index one_running_case_per_prediction;
create unique index one_running_case_per_prediction on cases (prediction_id)
  where state in ('open', 'revealing', 'postponed', 'decided');
