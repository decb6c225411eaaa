-- prediction_edits: what a person changed of a prediction besides its criterion, field by field. Law: append-only, written in the
-- transaction of the edit; edit is the number of edits after it. Edits made before this table was there are not in it.
create table prediction_edits (
  prediction_id text not null references predictions (id),
  edit integer not null,
  edited_at timestamptz not null,
  changes json not null,
  primary key (prediction_id, edit)
);
create trigger prediction_edits_append_only before update or delete on prediction_edits for each row execute function refuse_change();

-- What happened to one prediction is read from its events too.
create index events_by_prediction on events (prediction_id, occurred_at, sequence) where prediction_id is not null;
create index disputes_by_prediction on disputes (prediction_id, created_at, id);
