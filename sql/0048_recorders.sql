-- The key that recorded a prediction; null if it is not known, because a seed or an import of another installation recorded it, or
-- a request before this migration. Of these, those of single requests are in the audit log under their own id, and are found there.
alter table predictions add column recorded_by text;

update predictions p set recorded_by = b.actor
from (select a.actor, e ->> 'id' as prediction_id from audit a cross join json_array_elements(a.after -> 'data') e
  where a.operation = 'createPredictions' and json_typeof(a.after -> 'data') = 'array') b
where p.id = b.prediction_id;
