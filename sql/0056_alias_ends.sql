-- The ends of aliases of changing models, such as chatgpt-4o-latest. They are kept under the vendor and an empty family, without
-- a model (slug ''). The vendors whose aliases are listed are computed again.
insert into model_families (vendor, family)
select distinct vendor, '' from item_readings where outcome = 'none' and reason = 'rolling_alias' and vendor is not null
order by vendor on conflict do nothing;

-- model_watch_ids: the name of an alias is kept even if it names no model, because ends of the alias itself concern it. alias_feed,
-- alias_observation_id and alias_since: the row of a vendor's own list that states what it stands for (stands_for).
alter table model_watch_ids drop constraint model_watch_ids_check,
  add constraint model_watch_ids_name_check check (slug is null or name is not null),
  add column alias_feed text, add column alias_observation_id text, add column alias_since timestamptz,
  add constraint model_watch_ids_alias_check check ((alias_feed is null) = (alias_since is null)
    and (alias_feed is null) = (alias_observation_id is null) and (alias_feed is null or stands_for is not null));
-- Every watch is read again.
update model_watches set read_with = '';
