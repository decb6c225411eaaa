-- item_readings.partial: what is known of a name that is read in part, in its vendor's own namespace: the name without what stands
-- around it, the family, the version, the known parts of the tier and the unknown words. Null for every other name. Names stored
-- so far are read again at the next start.
alter table item_readings add column partial jsonb;
alter table item_readings add constraint item_readings_partial_check
  check (partial is null or (outcome = 'none' and vendor is not null));
create index item_readings_partial on item_readings (vendor) where partial is not null;
update item_readings set identity_version = '' where outcome = 'none' and reason = 'unrecognised';
