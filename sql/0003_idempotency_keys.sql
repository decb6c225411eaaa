-- idempotency_keys: what a request that is sent again is answered. Law: claimed before the work begins, answered in the
-- transaction of the work itself; a claim without an answer may be taken over when its lease has run out.
create table idempotency_keys (
  caller text not null,
  method text not null,
  path text not null,
  key text not null,
  fingerprint text not null,
  holder text not null,
  lease_until timestamptz not null,
  expires_at timestamptz not null,
  answer text,
  primary key (caller, method, path, key)
);
create index idempotency_keys_by_expiry on idempotency_keys (expires_at);
