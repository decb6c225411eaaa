-- prediction_errata: corrections beside the frozen words of a prediction. Law: append-only.
create table prediction_errata (
  id text primary key,
  prediction_id text not null references predictions (id),
  text text not null,
  reason text not null,
  recorded_at timestamptz not null,
  seq bigint generated always as identity
);
create index prediction_errata_by_prediction on prediction_errata (prediction_id, seq);
create trigger prediction_errata_append_only before update or delete on prediction_errata for each row execute function refuse_change();
