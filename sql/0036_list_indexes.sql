-- Every list of predictions begins at an index. predictions.resolve_by: the deadline of the current criterion. Sorted lists read one
-- index per status, so that each order needs no second index for lists without a status. Words are never changed, so the indexes
-- over them cost nothing when a prediction is settled; a filter by current words looks there and then checks the prediction.
alter table predictions add column resolve_by timestamptz;
update predictions p set resolve_by = c.resolve_by
from criteria c where c.prediction_id = p.id and c.version = p.criterion_version and c.resolve_by is not null;

drop index predictions_by_made_at;
create index predictions_by_made_at on predictions (state, made_from, id);
drop index predictions_by_resolved_at;
create index predictions_by_resolved_at on predictions (state, coalesce(resolved_at, 'infinity'::timestamptz), id);
drop index predictions_by_resolved_at_desc;
create index predictions_by_resolved_at_desc on predictions (state, coalesce(resolved_at, '-infinity'::timestamptz), id);
create index predictions_by_resolve_by on predictions (state, coalesce(resolve_by, 'infinity'::timestamptz), id);
create index predictions_by_resolve_by_desc on predictions (state, coalesce(resolve_by, '-infinity'::timestamptz), id);
create index predictions_by_outcome on predictions (outcome, seq) where outcome is not null;
create index predictions_by_evaluation on predictions (evaluated_with, id) where withdrawn_at is null;

drop index predictions_by_tags;
create index prediction_words_by_tags on prediction_words using gin (tags);
create index prediction_watches_by_family on prediction_watches (family, prediction_id);
create index criteria_replacing on criteria (prediction_id) where version > 1;
create index resolutions_by_known_at on resolutions (outcome, known_at, prediction_id);

-- Without the extension, a search for part of a statement reads every prediction. docs/operations.md says how to add both later.
do $$
begin
  create extension if not exists pg_trgm;
  create index prediction_words_by_text on prediction_words using gin (statement gin_trgm_ops, slug gin_trgm_ops);
exception when insufficient_privilege or undefined_file or feature_not_supported or undefined_object then
  raise warning 'searches by text read every prediction, because the extension pg_trgm is missing: %', sqlerrm;
end $$;
