-- unread_names: which names in vendors' own namespaces have ever been stored that could not be read in full. Law: append-only, one
-- row per vendor and name for ever, so that subscribers are notified of a name at most once. The name is without what stands
-- around it, as in item_readings.partial.
create table unread_names (
  vendor text not null,
  name text not null,
  recorded_at timestamptz not null,
  primary key (vendor, name)
);
create trigger unread_names_append_only before update or delete on unread_names for each row execute function refuse_change();

-- Names stored so far are not news.
insert into unread_names (vendor, name, recorded_at)
select distinct vendor, partial->>'name', now() from item_readings where partial is not null;
