-- The document of each prediction as it is served now, as JSON text in two parts: the words, and the answer of the last
-- settlement. Law: a part is null whenever a row that it is made of has changed since; who changes such a row writes the part
-- again in the same transaction. A document with a null part, or of another format, is computed when it is read.
create table prediction_documents (
  prediction_id text primary key references predictions,
  format integer not null,
  source_id text,
  predictor_id text,
  words text,
  words_version integer not null default 0,
  words_at timestamptz,
  answer text,
  answer_version integer not null default 0,
  answer_at timestamptz,
  standing text,
  evaluated_through timestamptz
);

create function forget_document() returns trigger language plpgsql as $$
begin
  update prediction_documents set
    words = case when old.edits = new.edits and old.criterion_version = new.criterion_version then words end,
    answer = case when old.state = new.state and old.state_detail is not distinct from new.state_detail
      and old.outcome is not distinct from new.outcome and old.resolutions = new.resolutions
      and old.criterion_version = new.criterion_version then answer end
  where prediction_id = new.id;
  return null;
end $$;

create function forget_words() returns trigger language plpgsql as $$
begin
  update prediction_documents set words = null where prediction_id = new.prediction_id and words is not null;
  return null;
end $$;

create function forget_answer() returns trigger language plpgsql as $$
begin
  update prediction_documents set answer = null where prediction_id = new.prediction_id and answer is not null;
  return null;
end $$;

create trigger predictions_forget_document after update on predictions for each row
  when (old.edits <> new.edits or old.criterion_version <> new.criterion_version or old.state <> new.state
    or old.state_detail is distinct from new.state_detail or old.outcome is distinct from new.outcome
    or old.resolutions <> new.resolutions)
  execute function forget_document();
create trigger prediction_errata_forget_words after insert on prediction_errata for each row execute function forget_words();
create trigger forecasts_forget_words after insert on forecasts for each row execute function forget_words();
create trigger resolutions_forget_answer after insert on resolutions for each row execute function forget_answer();
create trigger disputes_forget_answer after insert on disputes for each row execute function forget_answer();
