-- model_suspensions: which suspensions and returns of models have ever been recorded. Law: append-only, so that each is announced
-- once; told is false where it was no news when it came to be known.
create table model_suspensions (
  vendor text not null,
  slug text not null,
  event text not null check (event in ('suspended', 'reinstated')),
  gone_at timestamptz not null,
  known_at timestamptz not null,
  recorded_at timestamptz not null,
  told boolean not null,
  primary key (vendor, slug, event, gone_at)
);
create trigger model_suspensions_append_only before update or delete on model_suspensions for each row execute function refuse_change();
