-- A model that its publisher withdrew, and not for good, is suspended.

alter table models drop constraint models_stage_check;
alter table models add constraint models_stage_check
  check (stage in ('announced', 'limited', 'preview', 'general', 'deprecated', 'suspended', 'retired'));
