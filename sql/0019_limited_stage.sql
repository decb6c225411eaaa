-- Models that only approved customers may call have a stage of their own, between announced and preview.
alter table item_readings drop constraint item_readings_stage_check;
alter table item_readings add constraint item_readings_stage_check check (stage in ('preview', 'general', 'limited'));
alter table models drop constraint models_stage_check;
alter table models add constraint models_stage_check
  check (stage in ('announced', 'limited', 'preview', 'general', 'deprecated', 'retired'));
