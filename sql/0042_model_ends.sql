-- model_ends: what was known of the stated end of each id of a model, from one moment of knowledge (known_from) to the next
-- (known_to; null: it is known now). Law: derived from observations, readings and feeds in the transaction that computes models,
-- and never read by an evaluation. host is '' unless the scope is host. kind null: no row states an end any more. due_at is what
-- lists are sorted by: the start of the day or month or, without a date, when the end was first stated.
create table model_ends (
  vendor text not null,
  family text not null,
  id text not null,
  scope text not null check (scope in ('vendor', 'host', 'plan')),
  host text not null check ((host <> '') = (scope = 'host')),
  known_from timestamptz not null,
  known_to timestamptz,
  slug text not null,
  model_version text,
  tier text,
  kind text check (kind in ('earliest', 'planned', 'firm', 'passed')),
  date_from timestamptz,
  date_to timestamptz,
  date_precision text check (date_precision in ('day', 'month')),
  due_at timestamptz,
  stated_since timestamptz,
  appeared boolean not null,
  ended_at timestamptz,
  suspended boolean not null,
  successor_vendor text,
  successor_slug text,
  facts jsonb not null,
  primary key (vendor, family, id, scope, host, known_from),
  check ((kind is null) = (due_at is null))
);
create index model_ends_by_due on model_ends (due_at, vendor, family, id, scope, host) where known_to is null and kind is not null;
create index model_ends_by_id on model_ends (vendor, id) where known_to is null and kind is not null;
create index model_ends_by_slug on model_ends (vendor, slug) where known_to is null and kind is not null;
create index model_ends_by_successor on model_ends (successor_vendor, successor_slug)
  where known_to is null and successor_slug is not null;
create index model_ends_pending on model_ends (date_to) where known_to is null and ended_at is null;
