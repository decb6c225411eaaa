-- feeds.accepted_poll_id: the poll whose payload was last accepted ("not modified" is no payload). Law: set with the watermark, under
-- the lock of the feed. A process that accepted that payload itself need not compare the same bytes again.
alter table feeds add column accepted_poll_id text;

-- Reads of a feed that count for every vendor, and the few in which some were frozen: a moment's neighbouring reads are looked up.
drop index polls_accepted;
create index polls_accepted on polls (feed_id, observed_at, id) include (frozen_vendors) where result in ('ok', 'not_modified');
