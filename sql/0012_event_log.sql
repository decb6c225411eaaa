-- events_unplaced: events that are committed, or about to be, and have no place in the log yet. Law: a row comes with its event and
-- goes when the event is placed.
create table events_unplaced (
  sequence bigint primary key references events (sequence)
);

-- event_clock: the last place that was given. Law: one row; whoever gives places holds it locked until that is committed.
create table event_clock (
  name text primary key check (name = 'events'),
  last_position bigint not null
);

-- event_log: the order in which events are told. Law: append-only; a place is only given to events that are committed, one giver at
-- a time, so that whoever has seen a place has seen all before it.
create table event_log (
  position bigint primary key,
  sequence bigint not null unique references events (sequence)
);
create trigger event_log_append_only before update or delete on event_log for each row execute function refuse_change();

insert into event_log (position, sequence) select row_number() over (order by sequence), sequence from events;
insert into event_clock (name, last_position) select 'events', count(*) from events;

-- The notification is a hint that leaves with the commit; who misses it finds the event by looking.
create function queue_event() returns trigger language plpgsql as $$
begin
  insert into events_unplaced (sequence) values (new.sequence);
  perform pg_notify('outturn_events', '');
  return null;
end
$$;

create trigger events_queued after insert on events for each row execute function queue_event();
