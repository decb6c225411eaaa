-- left_watches: when an endpoint last ceased to filter by a watch, in milliseconds, by the id of the watch. If it filters by the
-- watch again, it is not notified again of what it was notified of before.
alter table webhook_endpoints add column left_watches jsonb not null default '{}';
