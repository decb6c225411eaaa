-- models: what was known of each canonical model, from one moment of knowledge (known_from) to the next (known_to; null: it
-- is known now). Law: derived from observations, readings and feeds by the rule that settles predictions, under the default
-- policy; kept in the transaction that ingests, rebuilt when identity data or the weight of feeds change, and never read by
-- an evaluation. occurred_from null: nothing bounds it below.
create table models (
  vendor text not null,
  slug text not null,
  family text not null,
  model_version text,
  tier text,
  known_from timestamptz not null,
  known_to timestamptz,
  grade text check (grade in ('admissible', 'short')),
  stage text check (stage in ('announced', 'preview', 'general', 'deprecated', 'retired')),
  occurred_from timestamptz,
  occurred_to timestamptz,
  basis text check (basis in ('stated', 'curated', 'late', 'bracket')),
  established_at timestamptz,
  first_seen_at timestamptz not null,
  primary key (vendor, slug, known_from)
);
create index models_by_family on models (vendor, family);
create index models_by_occurred on models (occurred_to desc, vendor, slug) where grade = 'admissible';

-- model_families: how far the models of a family have been kept. Law: derived; computed_with names the rules, identity data
-- and feed settings that they were weighed by, recheck_at when time alone may change them. Whoever recomputes a family locks
-- its row first.
create table model_families (
  vendor text not null,
  family text not null,
  computed_with text,
  computed_to timestamptz,
  recheck_at timestamptz,
  primary key (vendor, family)
);
create index model_families_recheck on model_families (recheck_at) where recheck_at is not null;

-- model_releases: which models have ever been established. Law: append-only, one row per canonical model for ever, so that
-- its release is told once; told is false where it was no news when it came to be known.
create table model_releases (
  vendor text not null,
  slug text not null,
  established_at timestamptz not null,
  recorded_at timestamptz not null,
  told boolean not null,
  primary key (vendor, slug)
);
create trigger model_releases_append_only before update or delete on model_releases for each row execute function refuse_change();

-- What is listed already is weighed by the first run of the program.
insert into model_families (vendor, family)
select distinct vendor, family from item_readings where outcome = 'model' order by vendor, family;
