-- What rows state of prices and sizes, by value: a claim over the models of any vendor looks up the few that state such a number
-- instead of reading everything that was ever listed. Law: attributes are numbers or flags, as the adapters read them.
create index observations_by_input_price on observations (((item->'attributes'->>'input_usd_per_mtok')::float8))
  where (item->'attributes'->>'input_usd_per_mtok')::float8 is not null;
create index observations_by_output_price on observations (((item->'attributes'->>'output_usd_per_mtok')::float8))
  where (item->'attributes'->>'output_usd_per_mtok')::float8 is not null;
create index observations_by_context on observations (((item->'attributes'->>'context_tokens')::float8))
  where (item->'attributes'->>'context_tokens')::float8 is not null;
create index observations_by_parameters on observations (((item->'attributes'->>'parameters')::float8))
  where (item->'attributes'->>'parameters')::float8 is not null;
