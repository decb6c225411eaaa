-- Law: options are how a feed's adapter is told to read it, checked before they are stored; null where the adapter has none.
alter table feeds add column options jsonb;
