-- event_models: the models that an event is about, by which readers of the log filter. Law: append-only. family is empty for a name
-- whose family is not known.
create table event_models (
  event_id text not null references events (id) deferrable initially deferred,
  vendor text not null,
  family text not null,
  primary key (event_id, vendor, family)
);
create trigger event_models_append_only before update or delete on event_models for each row execute function refuse_change();

insert into event_models (event_id, vendor, family)
select distinct e.id, m[1], m[2]
from events e cross join lateral regexp_matches(e.body, '"vendor":"([^"]*)","slug":"[^"]*","family":"([^"]*)"', 'g') m
where e.type like 'model.%';

create index events_about_ends on events (sequence) where endpoint_id is null
  and type in ('model.ending', 'model.end_moved', 'model.ended', 'model.suspended', 'model.reinstated', 'model.successor_released');
