-- forecasts: how probable a predictor called a prediction, and when. Law: append-only; a slip is mended by another row with the
-- same made_at. Refers to its prediction, to the predictor who said it (not always the one who made the claim), and to the
-- source where it was said, if one is known; criterion_version is that of the criterion which stood when it was recorded.
-- It was said at or after made_from and before made_until, which never lies behind recorded_at.
create table forecasts (
  id text primary key,
  prediction_id text not null references predictions (id),
  predictor_id text not null references predictors (id),
  source_id text references sources (id),
  locator text,
  probability double precision not null check (probability between 0 and 1),
  criterion_version integer not null,
  made_at text not null,
  made_from timestamptz not null,
  made_until timestamptz not null,
  recorded_at timestamptz not null,
  seq bigint generated always as identity,
  check (made_from <= made_until and made_until <= recorded_at),
  foreign key (prediction_id, criterion_version) references criteria (prediction_id, version)
);
create unique index forecasts_by_seq on forecasts (seq);
create index forecasts_by_prediction on forecasts (prediction_id, made_from, seq);
create index forecasts_by_predictor on forecasts (predictor_id, prediction_id, made_from, seq);
create trigger forecasts_append_only before update or delete on forecasts for each row execute function refuse_change();

-- The start of a date as it is kept in text: a year, a month, a day, or an instant to the millisecond. UTC, whatever the session says.
create function date_start(text) returns timestamptz language sql stable as $$
  select case length($1)
    when 4 then ($1 || '-01-01T00:00:00Z')::timestamptz
    when 7 then ($1 || '-01T00:00:00Z')::timestamptz
    when 10 then ($1 || 'T00:00:00Z')::timestamptz
    else date_trunc('milliseconds', $1::timestamptz)
  end
$$;

-- The end of the same, exclusive.
create function date_end(text) returns timestamptz language sql stable as $$
  select case length($1)
    when 4 then (date_start($1) at time zone 'UTC' + interval '1 year') at time zone 'UTC'
    when 7 then (date_start($1) at time zone 'UTC' + interval '1 month') at time zone 'UTC'
    when 10 then (date_start($1) at time zone 'UTC' + interval '1 day') at time zone 'UTC'
    else date_start($1) + interval '1 millisecond'
  end
$$;

-- What effective_at of a resolution says in text: a date, an instant, start/end, or ../end.
create function effective_from(text) returns timestamptz language sql stable as $$
  select case when $1 like '..%' then '-infinity'::timestamptz else date_start(split_part($1, '/', 1)) end
$$;

create function effective_to(text) returns timestamptz language sql stable as $$
  select date_end(case when $1 like '%/%' then split_part($1, '/', 2) else $1 end)
$$;
