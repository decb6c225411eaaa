-- settle_queue: predictions whose answer may have changed since they were last settled. Law: a row is inserted in the transaction of
-- the evidence and deleted in the transaction that settles the prediction, so a mark is neither lost nor settled twice.
-- evidence_from is the earliest knowledge time of the new evidence (null: only time or the rules changed); evidence_to is a moment
-- by which all of it is known; poll_id is the last poll that marked it. A prediction that could not be settled waits until retry_at.
create table settle_queue (
  prediction_id text primary key references predictions (id) on delete cascade,
  evidence_from timestamptz,
  evidence_to timestamptz not null,
  poll_id text references polls (id),
  marked_at timestamptz not null,
  failures integer not null default 0 check (failures >= 0),
  retry_at timestamptz
);
create index settle_queue_in_order on settle_queue (marked_at, prediction_id);
create index settle_queue_by_poll on settle_queue (poll_id) where poll_id is not null;

-- model_families.stale_from: the earliest knowledge time of evidence that the stored models do not contain yet, and stale_to a moment
-- by which all of it is known. Law: set in the transaction of the evidence, cleared in the transaction that computes the models.
alter table model_families add column stale_from timestamptz, add column stale_to timestamptz;
create index model_families_stale on model_families (vendor, family) where stale_from is not null;
