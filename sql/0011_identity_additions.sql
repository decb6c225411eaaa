-- identity_additions: what curators added to the reviewed identity data, with who, why and where it was read. Law: append-only;
-- an addition is in force until another row supersedes it, and a row without an entry only takes one back. Each row makes one
-- identity version: the file's, `+`, and its revision. The setting identity_revision holds the last one: whoever ingests
-- shares a lock on it, whoever adds takes it alone, so that no name is read by what has just been replaced.
create table identity_additions (
  id text primary key,
  revision integer not null unique check (revision > 0),
  entry json,
  supersedes text unique references identity_additions (id),
  reason text not null,
  source_url text,
  decided_by text not null,
  created_at timestamptz not null,
  check (entry is not null or supersedes is not null)
);
create trigger identity_additions_append_only before update or delete on identity_additions for each row execute function refuse_change();

insert into settings (name, value) values ('identity_revision', '0') on conflict do nothing;
