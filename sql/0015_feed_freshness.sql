-- Law: advanced_at is when a payload was last accepted, whatever time it speaks of; an episode of unhealthy_since opens
-- once and ends in the transaction that accepts a payload again.
alter table feeds add column advanced_at timestamptz;
update feeds set advanced_at = (
  select max(finished_at) from polls where polls.feed_id = feeds.id and polls.result in ('ok', 'not_modified'));
create index polls_by_time on polls (started_at);
