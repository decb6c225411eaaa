-- feeds.accepted_reads: how many reads of a feed were accepted. Every change of its evidence is part of an accepted read, so a program
-- knows from these counts whether the evidence that it has in memory is current, and what reading all of it would cost.
alter table feeds add column accepted_reads bigint not null default 0;
update feeds f set accepted_reads = (select count(*) from polls p where p.feed_id = f.id and p.result in ('ok', 'not_modified'));

create function count_inserted_reads() returns trigger language plpgsql as $$
begin
  update feeds f set accepted_reads = accepted_reads + c.reads
  from (select feed_id, count(*) as reads from fresh where result in ('ok', 'not_modified') group by feed_id) c
  where f.id = c.feed_id;
  return null;
end $$;

create function count_ended_reads() returns trigger language plpgsql as $$
begin
  update feeds f set accepted_reads = accepted_reads + c.reads
  from (
    select n.feed_id, count(*) as reads from fresh n join stale o on o.id = n.id
    where n.result in ('ok', 'not_modified') and o.result not in ('ok', 'not_modified') group by n.feed_id) c
  where f.id = c.feed_id;
  return null;
end $$;

create trigger polls_count_inserted after insert on polls
  referencing new table as fresh for each statement execute function count_inserted_reads();
create trigger polls_count_ended after update on polls
  referencing old table as stale new table as fresh for each statement execute function count_ended_reads();
