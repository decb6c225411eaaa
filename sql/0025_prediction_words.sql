-- prediction_words: the editable fields of a prediction, by version. Law: append-only, written in the transaction of the change;
-- `edit` is the number of edits after it, the creation included, and its newest version equals the fields in predictions.
create table prediction_words (
  prediction_id text not null references predictions (id),
  edit integer not null,
  edited_at timestamptz not null,
  slug text not null,
  statement text not null,
  fine_print text,
  locator text,
  source_id text references sources (id),
  predictor_id text references predictors (id),
  tags text[] not null,
  primary key (prediction_id, edit)
);
create index prediction_words_by_predictor on prediction_words (predictor_id) where predictor_id is not null;
create index prediction_words_by_source on prediction_words (source_id) where source_id is not null;
create trigger prediction_words_append_only before update or delete on prediction_words for each row execute function refuse_change();

-- prediction_slugs: every slug that a prediction has or had. Law: append-only; a slug never passes to another prediction.
create table prediction_slugs (
  slug text primary key,
  prediction_id text not null references predictions (id)
);
create trigger prediction_slugs_append_only before update or delete on prediction_slugs for each row execute function refuse_change();

-- The earlier versions of existing predictions follow from prediction_edits: a field had the value that the next edit of it
-- replaced. Edits older than that table are unknown; only the last of them has a time.
with versions as (
  select id as prediction_id, 1 as edit, recorded_at as edited_at from predictions
  union all
  select prediction_id, edit, edited_at from prediction_edits where edit > 1
  union all
  select p.id, p.edits, p.edited_at from predictions p
  where p.edits > 1 and not exists (select from prediction_edits e where e.prediction_id = p.id and e.edit = p.edits)
), later as (
  select v.prediction_id, v.edit, jsonb_object_agg(c.field, c.before order by e.edit desc) as fields
  from versions v join prediction_edits e on e.prediction_id = v.prediction_id and e.edit > v.edit
  cross join lateral json_to_recordset(e.changes) as c (field text, before jsonb)
  group by v.prediction_id, v.edit
)
insert into prediction_words (prediction_id, edit, edited_at, slug, statement, fine_print, locator, source_id, predictor_id, tags)
select v.prediction_id, v.edit, v.edited_at,
  case when l.fields ? 'slug' then l.fields ->> 'slug' else p.slug end,
  case when l.fields ? 'statement' then l.fields ->> 'statement' else p.statement end,
  case when l.fields ? 'fine_print' then l.fields ->> 'fine_print' else p.fine_print end,
  case when l.fields ? 'locator' then l.fields ->> 'locator' else p.locator end,
  case when l.fields ? 'source_id' then l.fields ->> 'source_id' else p.source_id end,
  case when l.fields ? 'predictor_id' then l.fields ->> 'predictor_id' else p.predictor_id end,
  case when l.fields ? 'tags' then array(select jsonb_array_elements_text(l.fields -> 'tags')) else p.tags end
from versions v join predictions p on p.id = v.prediction_id
left join later l on l.prediction_id = v.prediction_id and l.edit = v.edit;

insert into prediction_slugs (slug, prediction_id) select slug, id from predictions;
insert into prediction_slugs (slug, prediction_id)
select slug, prediction_id from prediction_words order by edited_at, prediction_id on conflict (slug) do nothing;
