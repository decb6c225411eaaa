-- prediction_watches.versions, tiers: the exact versions and the tiers of the models of a family that can change the prediction, as
-- keys of domain/criterion/watch.ts; null: any. Law: null where in doubt. Older rows watch every version and tier until the first
-- start narrows them.
alter table prediction_watches add column versions text[], add column tiers text[], add column narrowed boolean not null default false;
create index prediction_watches_wide on prediction_watches (prediction_id) where not narrowed;
