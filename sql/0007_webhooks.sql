-- webhook_endpoints: where subscribers are told, and of what. Law: a deleted endpoint stays as a row, so that its log can
-- be read, but is told nothing more. match_keys are derived from event_types and the filter. failing_since is the first
-- failure since the last success. paused_until is what the receiver asked for, paced_until what its rate allows.
create table webhook_endpoints (
  id text primary key,
  url text not null,
  description text,
  event_types text[] check (cardinality(event_types) > 0),
  prediction_ids text[],
  tags text[],
  predictor_ids text[],
  vendors text[],
  families text[],
  match_keys text[] not null,
  headers jsonb not null default '{}',
  sealed_headers text,
  sealed_header_names text[] not null default '{}',
  rate_per_second integer check (rate_per_second between 1 and 1000),
  status text not null default 'enabled' check (status in ('enabled', 'disabled')),
  disabled_reason text check (disabled_reason in ('manual', 'gone', 'failing')),
  disabled_at timestamptz,
  failing_since timestamptz,
  last_failed_at timestamptz,
  paused_until timestamptz,
  paced_until timestamptz,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  check ((status = 'disabled') = (disabled_reason is not null)),
  check ((status = 'disabled') = (disabled_at is not null))
);
create index webhook_endpoints_by_match on webhook_endpoints using gin (match_keys) with (fastupdate = off) where deleted_at is null;

-- webhook_secrets: what signs for an endpoint. Law: sealed under OUTTURN_SECRET, never in the clear; the one without
-- expires_at is current, the others go on signing until they expire and are then removed.
create table webhook_secrets (
  id text primary key,
  endpoint_id text not null references webhook_endpoints (id),
  signing text not null check (signing in ('v1', 'v1a')),
  sealed text not null,
  public_key text,
  created_at timestamptz not null,
  expires_at timestamptz
);
create unique index webhook_secrets_current on webhook_secrets (endpoint_id) where expires_at is null;
create index webhook_secrets_by_endpoint on webhook_secrets (endpoint_id, created_at);

alter table events add column endpoint_id text references webhook_endpoints (id);

-- webhook_deliveries: one event for one endpoint, and how far it has come. Law: written with its event, in one
-- transaction. attempts counts those begun and is the fence: only the attempt of that number may settle it. step is how
-- much of the schedule is used up; manual_due counts attempts that people asked for and that are still to be made. A lease
-- belongs to its holder until lease_until by the database's clock, then to anyone.
create table webhook_deliveries (
  id text primary key,
  seq bigint generated always as identity,
  event_id text not null references events (id),
  endpoint_id text not null references webhook_endpoints (id),
  state text not null check (state in ('pending', 'succeeded', 'failed', 'held', 'cancelled')),
  attempts integer not null default 0,
  step integer not null default 0,
  automatic boolean not null default true,
  manual_due integer not null default 0 check (manual_due >= 0),
  trigger text not null default 'schedule' check (trigger in ('schedule', 'manual', 'recover', 'test')),
  next_attempt_at timestamptz,
  lease_holder text,
  lease_until timestamptz,
  last_status integer,
  last_error_class text,
  created_at timestamptz not null,
  settled_at timestamptz,
  succeeded_at timestamptz,
  unique (event_id, endpoint_id),
  check ((state = 'pending') = (next_attempt_at is not null)),
  check ((lease_holder is null) = (lease_until is null))
);
create index webhook_deliveries_due on webhook_deliveries (endpoint_id, next_attempt_at, seq) where state = 'pending';
create index webhook_deliveries_pending on webhook_deliveries (next_attempt_at) where state = 'pending';
create index webhook_deliveries_leased on webhook_deliveries (endpoint_id) where lease_until is not null;
create index webhook_deliveries_by_endpoint on webhook_deliveries (endpoint_id, seq);
create index webhook_deliveries_by_seq on webhook_deliveries (seq);

-- webhook_attempts: every attempt that was begun, whatever came of it. Law: append-only.
create table webhook_attempts (
  delivery_id text not null references webhook_deliveries (id),
  number integer not null check (number > 0),
  trigger text not null check (trigger in ('schedule', 'manual', 'recover', 'test')),
  url text not null,
  started_at timestamptz,
  finished_at timestamptz not null,
  duration_ms integer,
  status integer,
  error_class text,
  error_detail text,
  next_attempt_at timestamptz,
  primary key (delivery_id, number)
);

-- webhook_responses: what receivers answered, cut. Law: removed after the retention of bodies; the attempt stays.
create table webhook_responses (
  delivery_id text not null,
  number integer not null,
  body text not null,
  truncated boolean not null,
  received_at timestamptz not null,
  primary key (delivery_id, number),
  foreign key (delivery_id, number) references webhook_attempts (delivery_id, number)
);
create index webhook_responses_by_age on webhook_responses (received_at);

create trigger webhook_attempts_append_only before update or delete on webhook_attempts for each row execute function refuse_change();
