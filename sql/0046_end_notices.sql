-- The newest snapshot for which an id without a date stands, and the endpoints and events that concern watches.
alter table model_watch_ids add column stands_for text, add column added_at timestamptz not null default now();
alter table model_watch_ids alter column added_at drop default;
alter table model_watches add column read_at timestamptz;
update model_watches set read_at = updated_at;
alter table model_watches alter column read_at set not null;
create index model_watch_ids_by_name on model_watch_ids (vendor, name) where name is not null;
create index model_watch_ids_by_snapshot on model_watch_ids (vendor, stands_for) where stands_for is not null;
alter table webhook_endpoints add column watch_ids text[];
alter table events add column watch_ids text[];

-- end_notices: the notices that were due for a stated end. Law: append-only; the primary key decides which node raises the event,
-- in the same transaction. event_id null: nobody is to be notified, because the end was known before anybody could be.
create table end_notices (
  vendor text not null,
  family text not null,
  id text not null,
  scope text not null,
  host text not null,
  date_from timestamptz not null,
  day integer not null check (day >= 0),
  is_earliest boolean not null,
  event_id text references events (id) deferrable initially deferred,
  noticed_at timestamptz not null,
  primary key (vendor, family, id, scope, host, date_from, day, is_earliest)
);

-- end_notice_queue: when to look next whether a notice of an end is due. Marked in the transaction that changes the end or a watch.
create table end_notice_queue (
  vendor text not null,
  family text not null,
  id text not null,
  scope text not null,
  host text not null,
  due_at timestamptz not null,
  primary key (vendor, family, id, scope, host)
);
create index end_notice_queue_by_due on end_notice_queue (due_at);

insert into end_notice_queue (vendor, family, id, scope, host, due_at)
select vendor, family, id, scope, host, '-infinity' from model_ends where known_to is null and kind is not null;
