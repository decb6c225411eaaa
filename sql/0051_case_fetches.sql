-- case_fetches: items whose page the server archives, queued with the item. due_at is null once there is a copy, or a problem
-- that another attempt would not change. Attempts are counted when they begin, so that one that kills its process counts as well.
create table case_fetches (
  evidence_id text primary key references case_evidence (id),
  attempts integer not null default 0 check (attempts >= 0),
  due_at timestamptz,
  lease_until timestamptz,
  problem text
);
create index case_fetches_due on case_fetches (due_at, evidence_id) where due_at is not null;
