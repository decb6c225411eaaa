-- model_watches: lists of model ids that somebody uses, whose ends are announced to the subscribers of the watch. Not the same as
-- prediction_watches, which are the families that a prediction depends on. Law: found by id or by name, which are distinct.
create table model_watches (
  id text primary key check (id like 'wat\_%'),
  name text not null unique check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$' and name not like 'wat\_%'),
  owner text check (length(owner) between 1 and 200),
  host text check (length(host) between 1 and 100),
  notice_days integer[] not null check (cardinality(notice_days) between 1 and 20),
  -- The identity data by which the ids were last read.
  read_with text not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);


-- model_watch_ids: the ids of a watch in the order in which they were given, and the model that each was read as.
create table model_watch_ids (
  watch_id text not null references model_watches (id) on delete cascade,
  id text not null check (length(id) between 1 and 256),
  position integer not null,
  vendor text,
  slug text,
  name text,
  host text,
  is_alias boolean not null,
  problem text,
  primary key (watch_id, id),
  check ((slug is null) = (name is null)),
  check ((slug is null) = (problem is not null))
);
create index model_watch_ids_by_model on model_watch_ids (vendor, slug) where slug is not null;
