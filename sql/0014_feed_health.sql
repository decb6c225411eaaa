-- Law: set when a feed is told to be unhealthy, taken away when it is told to have recovered; each is told once.
alter table feeds add column unhealthy_since timestamptz;
