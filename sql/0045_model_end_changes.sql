-- model_end_changes: which changes of stated ends have ever been announced. Law: append-only, so that each is announced once. mark
-- distinguishes a change from others of its type: the dates between which an end moved, for example.
create table model_end_changes (
  vendor text not null,
  id text not null,
  scope text not null check (scope in ('vendor', 'host', 'plan')),
  host text not null,
  type text not null check (type in ('new', 'moved', 'restated', 'withdrawn', 'ended', 'suspended', 'reinstated',
    'successor_released')),
  mark text not null,
  known_at timestamptz not null,
  recorded_at timestamptz not null,
  primary key (vendor, id, scope, host, type, mark, known_at)
);
create trigger model_end_changes_append_only before update or delete on model_end_changes for each row
  execute function refuse_change();
