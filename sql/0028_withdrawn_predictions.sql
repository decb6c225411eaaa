-- A withdrawn prediction stays readable and is never settled. The withdrawal is a version of the words, so that `as_of` an earlier
-- moment shows the prediction without it. Law: what is withdrawn has no resolution, whichever transaction came first.
alter table predictions add column withdrawn_at timestamptz;
alter table predictions drop constraint predictions_state_check;
alter table predictions add constraint predictions_state_check
  check (state in ('open', 'proposed', 'disputed', 'resolved', 'withdrawn'));
alter table predictions add constraint predictions_withdrawn_check
  check ((state = 'withdrawn') = (withdrawn_at is not null) and (withdrawn_at is null or resolutions = 0));
alter table prediction_words add column withdrawn_at timestamptz;
