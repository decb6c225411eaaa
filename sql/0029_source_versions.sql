-- source_versions, predictor_versions: the words of sources and predictors, by version. Law: never changed; written in the
-- transaction of the change; the newest version equals the fields in sources and predictors. `edit` counts the creation as the
-- first. The versions of a source or predictor that nothing refers to are deleted with it.
alter table sources add column edits integer not null default 1;
alter table sources add column edited_at timestamptz;
update sources set edited_at = created_at;
alter table sources alter column edited_at set not null;
create table source_versions (
  source_id text not null references sources (id) on delete cascade,
  edit integer not null,
  edited_at timestamptz not null,
  title text not null,
  url text,
  language text,
  author text,
  published_at text,
  primary key (source_id, edit)
);
create trigger source_versions_unchanged before update on source_versions for each row execute function refuse_change();
insert into source_versions (source_id, edit, edited_at, title, url, language, author, published_at)
select id, edits, edited_at, title, url, language, author, published_at from sources;

alter table predictors add column edits integer not null default 1;
alter table predictors add column edited_at timestamptz;
update predictors set edited_at = created_at;
alter table predictors alter column edited_at set not null;
create table predictor_versions (
  predictor_id text not null references predictors (id) on delete cascade,
  edit integer not null,
  edited_at timestamptz not null,
  name text not null,
  url text,
  primary key (predictor_id, edit)
);
create trigger predictor_versions_unchanged before update on predictor_versions for each row execute function refuse_change();
insert into predictor_versions (predictor_id, edit, edited_at, name, url) select id, edits, edited_at, name, url from predictors;
