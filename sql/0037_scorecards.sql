-- The results of each predictor as they are served now, as JSON text. Law: whoever changes a row that they are made of leaves a
-- mark in the same transaction. Results with a mark, of another format or with `until` in the past are computed when they are
-- read. Marks are rows that are only inserted, so that transactions that settle predictions of the same predictors never wait
-- for each other.
create table scorecards (
  predictor_id text primary key references predictors on delete cascade,
  format integer not null,
  results text,
  until timestamptz
);
create index scorecards_by_until on scorecards (until) where until is not null;

create table scorecard_marks (
  seq bigint generated always as identity primary key,
  predictor_id text not null
);
create index scorecard_marks_by_predictor on scorecard_marks (predictor_id);

create function mark_scorecards() returns trigger language plpgsql as $$
begin
  insert into scorecard_marks (predictor_id)
  select w.predictor_id from changed c join prediction_words w on w.prediction_id = c.prediction_id where w.predictor_id is not null
  union select f.predictor_id from changed c join forecasts f on f.prediction_id = c.prediction_id;
  return null;
end $$;

-- A forecast changes the results of others only if the prediction is already resolved.
create function mark_forecasters() returns trigger language plpgsql as $$
begin
  insert into scorecard_marks (predictor_id)
  select c.predictor_id from changed c
  union select f.predictor_id from changed c join forecasts f on f.prediction_id = c.prediction_id
    where exists (select from resolutions r where r.prediction_id = c.prediction_id);
  return null;
end $$;

create trigger prediction_words_mark_scorecards after insert on prediction_words
  referencing new table as changed for each statement execute function mark_scorecards();
create trigger criteria_mark_scorecards after insert on criteria
  referencing new table as changed for each statement execute function mark_scorecards();
create trigger resolutions_mark_scorecards after insert on resolutions
  referencing new table as changed for each statement execute function mark_scorecards();
create trigger disputes_mark_scorecards after insert on disputes
  referencing new table as changed for each statement execute function mark_scorecards();
create trigger forecasts_mark_scorecards after insert on forecasts
  referencing new table as changed for each statement execute function mark_forecasters();

insert into scorecard_marks (predictor_id) select id from predictors order by id;
