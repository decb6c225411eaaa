-- panels: who judges, and by which rules. Append-only: a change of the rules is another version under the same name.
-- `rules` is read with src/domain/cases/panel-rules.ts.
create table panels (
  id text primary key,
  name text not null,
  version integer not null check (version >= 1),
  rules json not null,
  created_at timestamptz not null,
  created_by text not null,
  seq bigint generated always as identity,
  unique (name, version)
);
create unique index panels_by_seq on panels (seq);
create trigger panels_append_only before update or delete on panels for each row execute function refuse_change();

-- cases: a claim before a panel. What it freezes never changes; state, steps and due_at repeat the last row of case_steps.
-- `base_resolution` is the resolution that was current when the case was opened: any other one supersedes the case.
create table cases (
  id text primary key,
  prediction_id text not null references predictions (id),
  criterion_version integer not null,
  question json not null,
  predictor_id text references predictors (id),
  recorded_by text,
  base_resolution text references resolutions (id),
  opened_at timestamptz not null,
  opened_by text not null,
  state text not null check (state in ('open', 'postponed', 'decided', 'final', 'superseded')),
  steps integer not null check (steps >= 1),
  due_at timestamptz check ((due_at is null) = (state in ('final', 'superseded'))),
  seq bigint generated always as identity,
  foreign key (prediction_id, criterion_version) references criteria (prediction_id, version)
);
create unique index cases_by_seq on cases (seq);
create index cases_by_prediction on cases (prediction_id, seq);
create unique index one_running_case_per_prediction on cases (prediction_id) where state in ('open', 'postponed', 'decided');
create index cases_due on cases (due_at, id) where due_at is not null;

-- case_steps: the history of a case. Each row is the whole state from `at` on, so that the state as of any moment is one row.
create table case_steps (
  case_id text not null references cases (id),
  step integer not null check (step >= 1),
  kind text not null check (kind in ('opened', 'round_closed', 'decided', 'postponed', 'resumed', 'restarted', 'appealed', 'final',
    'superseded')),
  at timestamptz not null,
  state text not null check (state in ('open', 'postponed', 'decided', 'final', 'superseded')),
  panel_id text not null references panels (id),
  round integer not null check (round >= 1),
  rounds_left integer not null check (rounds_left >= 0),
  due_at timestamptz,
  outcome text check (outcome in ('yes', 'no', 'ambiguous', 'annulled')),
  effective_at text,
  basis text check (basis in ('votes', 'fall_back')),
  resolution_id text references resolutions (id),
  actor text,
  note text,
  primary key (case_id, step),
  check ((outcome is null) = (effective_at is null) and (outcome is null) = (basis is null))
);
create trigger case_steps_append_only before update or delete on case_steps for each row execute function refuse_change();

-- case_evidence: the items of a packet. Append-only.
create table case_evidence (
  id text primary key,
  case_id text not null references cases (id),
  url text,
  quote text not null,
  stance text not null check (stance in ('for', 'against', 'context')),
  added_by text not null,
  added_at timestamptz not null,
  seq bigint generated always as identity
);
create unique index case_evidence_by_seq on case_evidence (seq);
create index case_evidence_by_case on case_evidence (case_id, seq);
create trigger case_evidence_append_only before update or delete on case_evidence for each row execute function refuse_change();

-- case_copies: the archived copy of an item, uploaded with it or fetched after it was committed. At most one per item.
create table case_copies (
  evidence_id text primary key references case_evidence (id),
  origin text not null check (origin in ('uploaded', 'fetched')),
  media_type text not null,
  sha256 text not null,
  content text not null,
  archived_at timestamptz not null
);
create trigger case_copies_append_only before update or delete on case_copies for each row execute function refuse_change();

-- case_interests: members who declared an interest in a claim. Append-only.
create table case_interests (
  case_id text not null references cases (id),
  member text not null,
  interest text not null,
  declared_at timestamptz not null,
  primary key (case_id, member)
);
create trigger case_interests_append_only before update or delete on case_interests for each row execute function refuse_change();

-- case_votes: who voted, sealed. `sealed` is encrypted under OUTTURN_SECRET and bound to its case, round and member; it is null
-- after an import, because exports contain the commitment only. No response is made of this column.
create table case_votes (
  case_id text not null references cases (id),
  round integer not null check (round >= 1),
  member text not null,
  commitment text not null,
  sealed text,
  cast_at timestamptz not null,
  primary key (case_id, round, member)
);
create trigger case_votes_append_only before update or delete on case_votes for each row execute function refuse_change();

-- case_ballots: the votes of a closed round, written in the transaction that closes it.
create table case_ballots (
  case_id text not null references cases (id),
  round integer not null check (round >= 1),
  member text not null,
  vote text not null check (vote in ('yes', 'no', 'ambiguous', 'annulled', 'too_early')),
  reason text not null,
  evidence text[] not null,
  effective_at text,
  not_before text,
  salt text not null,
  interest text,
  counted boolean not null,
  revealed_at timestamptz not null,
  primary key (case_id, round, member)
);
create trigger case_ballots_append_only before update or delete on case_ballots for each row execute function refuse_change();

-- Whether a prediction ever had a case, so that settling reads cases only for those that do.
alter table predictions add column has_case boolean not null default false;
