-- Sorted lists. resolved_at: when the current resolution of a prediction was decided. Predictions without a deadline or a
-- resolution come last in both directions, so these orders need an index per direction.
alter table predictions add column resolved_at timestamptz;
update predictions p set resolved_at = r.decided_at
from (select distinct on (prediction_id) prediction_id, decided_at from resolutions order by prediction_id, seq desc) r
where r.prediction_id = p.id;
create index predictions_by_made_at on predictions (made_from, id);
create index predictions_by_resolved_at on predictions (coalesce(resolved_at, 'infinity'::timestamptz), id);
create index predictions_by_resolved_at_desc on predictions (coalesce(resolved_at, '-infinity'::timestamptz), id);
create index criteria_by_resolve_by on criteria (coalesce(resolve_by, 'infinity'::timestamptz), prediction_id);
create index criteria_by_resolve_by_desc on criteria (coalesce(resolve_by, '-infinity'::timestamptz), prediction_id);
create index resolutions_by_decided_at on resolutions (decided_at, seq);
