-- The deliveries that senders are attempting. Rows are narrow, because each attempt inserts and deletes one: updating the delivery
-- instead would write to each of its indexes. A lease belongs to its holder until lease_until by the database's clock, then to
-- anyone; number is that of the attempt, so that webhook_deliveries.attempts counts the attempts that have ended. There is no
-- foreign key, because checking it costs as much as the lease, and deliveries are never deleted.
create table webhook_leases (
  delivery_id text primary key,
  endpoint_id text not null,
  number integer not null check (number > 0),
  trigger text not null check (trigger in ('schedule', 'manual', 'recover', 'test')),
  holder text not null,
  lease_until timestamptz not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
create index webhook_leases_by_endpoint on webhook_leases (endpoint_id);

insert into webhook_leases (delivery_id, endpoint_id, number, trigger, holder, lease_until)
select id, endpoint_id, attempts, trigger, lease_holder, lease_until from webhook_deliveries where lease_until is not null and attempts > 0;

drop index webhook_deliveries_leased;
alter table webhook_deliveries drop column lease_holder, drop column lease_until;
