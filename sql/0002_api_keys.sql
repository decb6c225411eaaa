-- api_keys: who may do what. Law: the key itself is never stored, only its SHA-256; a key is revoked, never deleted;
-- scopes are what it was made with, for ever.
create table api_keys (
  id text primary key,
  name text not null,
  prefix text not null,
  key_hash text not null unique,
  scopes text[] not null check (scopes <@ array['read', 'write', 'resolve', 'feeds', 'webhooks', 'admin'] and cardinality(scopes) > 0),
  created_at timestamptz not null,
  created_by text not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  replaced_by text references api_keys (id),
  last_used_at timestamptz
);

-- audit: who changed what, and how it looked before and after. Law: append-only, written in the transaction of the
-- change itself; no secret is in it.
create table audit (
  id text primary key,
  seq bigint generated always as identity,
  recorded_at timestamptz not null,
  actor text not null,
  operation text not null,
  path text,
  resource_id text,
  request_id text,
  before json,
  after json
);
create unique index audit_by_seq on audit (seq);
create index audit_by_actor on audit (actor, seq);
create index audit_by_resource on audit (resource_id, seq);

create trigger audit_append_only before update or delete on audit for each row execute function refuse_change();
