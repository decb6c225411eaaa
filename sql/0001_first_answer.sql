-- sources: where something was said. Law: a source is described once and referred to by id.
create table sources (
  id text primary key,
  title text not null,
  url text,
  language text,
  author text,
  published_at text,
  seed_key text unique,
  created_at timestamptz not null
);

-- predictors: who said it. Law: one row per person or organisation as the recorder names it.
create table predictors (
  id text primary key,
  name text not null,
  url text,
  seed_key text unique,
  created_at timestamptz not null
);

-- feeds: what is read, how far it is believed, and how far it has been read.
-- Law: watermark moves only with an accepted poll; etag and last_modified belong to the last accepted payload.
create table feeds (
  id text primary key,
  slug text not null unique,
  adapter text not null,
  url text,
  trust text not null check (trust in ('first_party', 'curated', 'aggregator', 'community')),
  origin text not null,
  covers_any boolean not null default false,
  covers text[] not null default '{}',
  settlement_lag text not null,
  settlement_lag_ms bigint not null check (settlement_lag_ms >= 0),
  enabled boolean not null default true,
  watermark timestamptz,
  etag text,
  last_modified text,
  known_version text,
  failures integer not null default 0 check (failures >= 0),
  next_poll_at timestamptz not null,
  lease_holder text,
  lease_until timestamptz,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

-- polls: one row per reading of a feed, whatever came of it. Law: only ok and not_modified polls are accepted;
-- a poll that was cut off ends aborted; frozen_vendors are the slices of an accepted poll that were suspect.
create table polls (
  id text primary key,
  feed_id text not null references feeds (id),
  kind text not null check (kind in ('scheduled', 'manual', 'snapshot')),
  result text not null check (result in ('running', 'ok', 'not_modified', 'suspect', 'failed', 'aborted')),
  scheduled_for timestamptz,
  started_at timestamptz not null,
  observed_at timestamptz,
  finished_at timestamptz,
  items integer not null default 0,
  new_items integer not null default 0,
  changed_items integer not null default 0,
  vanished_items integer not null default 0,
  lost_items integer not null default 0,
  bytes bigint,
  bytes_hash text,
  frozen_vendors text[] not null default '{}',
  suspect_reason text,
  error_code text,
  error_detail text,
  http_status integer
);
create unique index polls_one_running on polls (feed_id) where result = 'running';
create unique index polls_one_per_tick on polls (feed_id, scheduled_for) where kind = 'scheduled';
create index polls_by_feed on polls (feed_id, started_at desc, id desc);
create index polls_accepted on polls (feed_id, observed_at) where result in ('ok', 'not_modified');

-- suspect_slices: what a suspect poll listed (vendor null: the whole poll), kept so that a later poll can be held against it.
-- Law: nothing in here witnesses anything.
create table suspect_slices (
  poll_id text not null references polls (id),
  feed_id text not null references feeds (id),
  vendor text,
  observed_at timestamptz not null,
  item_keys jsonb not null,
  items jsonb not null
);
create index suspect_slices_by_feed on suspect_slices (feed_id, observed_at desc);

-- observations: one item of one feed as published. Law: append-only; a changed item is a new observation.
create table observations (
  id text primary key,
  feed_id text not null references feeds (id),
  poll_id text not null references polls (id),
  item_key text not null,
  item_hash text not null,
  observed_at timestamptz not null,
  ingested_at timestamptz not null,
  name text not null,
  host text,
  item_trust text check (item_trust in ('first_party', 'curated', 'aggregator', 'community')),
  released_text text,
  released_weight text check (released_weight in ('stands', 'curated')),
  stated_stage text,
  source_as_of text,
  source_url text,
  item jsonb not null,
  seq bigint generated always as identity
);
create index observations_by_item on observations (feed_id, item_key, observed_at);
create index observations_by_seq on observations (seq);

-- item_readings: what an item's name was read to mean, under one version of the identity data.
-- Law: derived from observations and the identity data; may be rebuilt at any time, and is, when that data changes.
create table item_readings (
  feed_id text not null references feeds (id),
  item_key text not null,
  name text not null,
  outcome text not null check (outcome in ('model', 'none')),
  reason text,
  vendor text,
  family text,
  model_version text,
  tier text,
  stage text check (stage in ('preview', 'general')),
  snapshot_day text,
  own boolean not null default false,
  identity_version text not null,
  primary key (feed_id, item_key)
);
create index item_readings_by_family on item_readings (vendor, family) where outcome = 'model';
create index item_readings_unread on item_readings (reason, name) where outcome = 'none';

-- sightings: an unbroken run of healthy polls that list an item. Law: absent_at is the last accepted poll without it
-- before the run (null: the feed never was read without it); gone_at is the first accepted poll without it after the run.
-- A vanished item was still listed; a return opens a new run.
create table sightings (
  feed_id text not null references feeds (id),
  item_key text not null,
  seen_from timestamptz not null,
  absent_at timestamptz,
  gone_at timestamptz,
  observation_id text not null references observations (id),
  item_hash text not null,
  primary key (feed_id, item_key, seen_from)
);
create unique index sightings_present on sightings (feed_id, item_key) where gone_at is null;
create index sightings_by_seen_from on sightings (seen_from);

-- predictions: what was claimed. Law: the claim is frozen; state is the resolver's latest word, derived and rebuildable.
create table predictions (
  id text primary key,
  slug text not null unique,
  statement text not null,
  source_id text references sources (id),
  locator text,
  predictor_id text references predictors (id),
  made_at text not null,
  made_from timestamptz not null,
  recorded_at timestamptz not null,
  hindsight boolean not null default false,
  fine_print text,
  evidence_policy jsonb,
  tags text[] not null default '{}',
  criterion_version integer not null default 1,
  state text not null default 'open' check (state in ('open', 'proposed', 'disputed', 'resolved')),
  state_detail jsonb,
  outcome text check (outcome in ('yes', 'no', 'ambiguous', 'annulled')),
  recheck_at timestamptz,
  evaluated_with text,
  edits integer not null default 1,
  resolutions integer not null default 0,
  edited_at timestamptz not null,
  seq bigint generated always as identity
);
create index predictions_by_seq on predictions (seq);
create index predictions_by_state on predictions (state, seq);
create index predictions_by_predictor on predictions (predictor_id, seq);
create index predictions_by_source on predictions (source_id, seq);
create index predictions_by_tags on predictions using gin (tags);
create index predictions_recheck on predictions (recheck_at) where recheck_at is not null;

-- criteria: the machine-checkable criterion, by version. Law: append-only; a correction is a new version with a reason.
create table criteria (
  prediction_id text not null references predictions (id),
  version integer not null,
  criterion json not null,
  criterion_hash text not null,
  polarity text not null,
  resolve_by timestamptz,
  reason text,
  created_at timestamptz not null,
  primary key (prediction_id, version)
);

-- prediction_watches: which (vendor, family) can touch a prediction ('any' is a wildcard), and whether stated facts do too. Law: derived from the current criterion.
create table prediction_watches (
  prediction_id text not null references predictions (id),
  vendor text not null,
  family text not null,
  facts boolean not null default false,
  primary key (vendor, family, prediction_id)
);
create index prediction_watches_by_prediction on prediction_watches (prediction_id);

-- prediction_edges: moments of coverage at which a verdict may change. Law: derived from the current criterion.
create table prediction_edges (
  prediction_id text not null references predictions (id),
  vendor text not null,
  edge_at timestamptz not null,
  primary key (vendor, edge_at, prediction_id)
);
create index prediction_edges_by_prediction on prediction_edges (prediction_id);

-- resolutions: what followed. Law: append-only; one first resolution per prediction, one successor per resolution;
-- the database decides races.
create table resolutions (
  id text primary key,
  prediction_id text not null references predictions (id),
  criterion_version integer not null,
  outcome text not null check (outcome in ('yes', 'no', 'ambiguous', 'annulled')),
  effective_at text not null,
  known_at timestamptz not null,
  decided_at timestamptz not null,
  decided_by text not null,
  reason_code text not null,
  reason text not null,
  evidence text[] not null default '{}',
  evidence_trust text,
  explanation json,
  evaluator_version text not null,
  identity_version text not null,
  supersedes text references resolutions (id),
  seq bigint generated always as identity
);
create unique index resolutions_first on resolutions (prediction_id) where supersedes is null;
create unique index resolutions_successor on resolutions (supersedes) where supersedes is not null;
create index resolutions_by_prediction on resolutions (prediction_id, seq);
create index resolutions_by_seq on resolutions (seq);

-- disputes: a settled resolution that later evidence contradicts. Law: append-only; a person's next resolution answers it.
create table disputes (
  id text primary key,
  prediction_id text not null references predictions (id),
  resolution_id text not null references resolutions (id),
  verdict text not null check (verdict in ('yes', 'no')),
  known_at timestamptz not null,
  explanation json not null,
  created_at timestamptz not null,
  unique (resolution_id, verdict)
);

-- events: everything a subscriber may be told. Law: written in the transaction that makes it true; the body is kept as text.
create table events (
  id text primary key,
  sequence bigint generated always as identity,
  type text not null,
  occurred_at timestamptz not null,
  prediction_id text references predictions (id),
  resolution_id text references resolutions (id),
  feed_id text references feeds (id),
  body text not null
);
create unique index events_by_sequence on events (sequence);

-- leases: who does what by the clock. Law: held until lease_until by the database's clock, then anyone's.
create table leases (
  name text primary key,
  holder text not null,
  lease_until timestamptz not null
);

-- settings: single values that every node must agree on.
create table settings (
  name text primary key,
  value text not null
);

-- Law: observations, criteria, resolutions, disputes and events are append-only; a correction is another row.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;

create trigger observations_append_only before update or delete on observations for each row execute function refuse_change();
create trigger criteria_append_only before update or delete on criteria for each row execute function refuse_change();
create trigger resolutions_append_only before update or delete on resolutions for each row execute function refuse_change();
create trigger disputes_append_only before update or delete on disputes for each row execute function refuse_change();
create trigger events_append_only before update or delete on events for each row execute function refuse_change();
