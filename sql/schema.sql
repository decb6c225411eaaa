create table api_keys (
  id text not null,
  name text not null,
  prefix text not null,
  key_hash text not null,
  scopes text[] not null,
  created_at timestamp with time zone not null,
  created_by text not null,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  replaced_by text,
  last_used_at timestamp with time zone,
  constraint api_keys_pkey PRIMARY KEY (id),
  constraint api_keys_key_hash_key UNIQUE (key_hash),
  constraint api_keys_replaced_by_fkey FOREIGN KEY (replaced_by) REFERENCES api_keys(id) DEFERRABLE,
  constraint api_keys_scopes_check CHECK (((scopes <@ ARRAY['read'::text, 'write'::text, 'resolve'::text, 'feeds'::text, 'webhooks'::text, 'admin'::text]) AND (cardinality(scopes) > 0)))
);

create table audit (
  id text not null,
  seq bigint generated always as identity not null,
  recorded_at timestamp with time zone not null,
  actor text not null,
  operation text not null,
  path text,
  resource_id text,
  request_id text,
  before json,
  after json,
  constraint audit_pkey PRIMARY KEY (id)
);
CREATE INDEX audit_by_actor ON public.audit USING btree (actor, seq);
CREATE INDEX audit_by_resource ON public.audit USING btree (resource_id, seq);
CREATE UNIQUE INDEX audit_by_seq ON public.audit USING btree (seq);
CREATE TRIGGER audit_append_only BEFORE DELETE OR UPDATE ON public.audit FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table case_ballots (
  case_id text not null,
  round integer not null,
  member text not null,
  vote text not null,
  reason text not null,
  evidence text[] not null,
  effective_at text,
  not_before text,
  salt text not null,
  interest text,
  counted boolean not null,
  revealed_at timestamp with time zone not null,
  constraint case_ballots_pkey PRIMARY KEY (case_id, round, member),
  constraint case_ballots_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases(id),
  constraint case_ballots_round_check CHECK ((round >= 1)),
  constraint case_ballots_vote_check CHECK ((vote = ANY (ARRAY['yes'::text, 'no'::text, 'ambiguous'::text, 'annulled'::text, 'too_early'::text])))
);
CREATE TRIGGER case_ballots_append_only BEFORE DELETE OR UPDATE ON public.case_ballots FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table case_copies (
  evidence_id text not null,
  origin text not null,
  media_type text not null,
  sha256 text not null,
  content text not null,
  archived_at timestamp with time zone not null,
  constraint case_copies_pkey PRIMARY KEY (evidence_id),
  constraint case_copies_evidence_id_fkey FOREIGN KEY (evidence_id) REFERENCES case_evidence(id),
  constraint case_copies_origin_check CHECK ((origin = ANY (ARRAY['uploaded'::text, 'fetched'::text])))
);
CREATE TRIGGER case_copies_append_only BEFORE DELETE OR UPDATE ON public.case_copies FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table case_evidence (
  id text not null,
  case_id text not null,
  url text,
  quote text not null,
  stance text not null,
  added_by text not null,
  added_at timestamp with time zone not null,
  seq bigint generated always as identity not null,
  locator text,
  paraphrased boolean not null default false,
  constraint case_evidence_pkey PRIMARY KEY (id),
  constraint case_evidence_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases(id),
  constraint case_evidence_stance_check CHECK ((stance = ANY (ARRAY['for'::text, 'against'::text, 'context'::text])))
);
CREATE INDEX case_evidence_by_case ON public.case_evidence USING btree (case_id, seq);
CREATE UNIQUE INDEX case_evidence_by_seq ON public.case_evidence USING btree (seq);
CREATE TRIGGER case_evidence_append_only BEFORE DELETE OR UPDATE ON public.case_evidence FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table case_fetches (
  evidence_id text not null,
  attempts integer not null default 0,
  due_at timestamp with time zone,
  lease_until timestamp with time zone,
  problem text,
  constraint case_fetches_pkey PRIMARY KEY (evidence_id),
  constraint case_fetches_evidence_id_fkey FOREIGN KEY (evidence_id) REFERENCES case_evidence(id),
  constraint case_fetches_attempts_check CHECK ((attempts >= 0))
);
CREATE INDEX case_fetches_due ON public.case_fetches USING btree (due_at, evidence_id) WHERE (due_at IS NOT NULL);

create table case_interests (
  case_id text not null,
  member text not null,
  interest text not null,
  declared_at timestamp with time zone not null,
  constraint case_interests_pkey PRIMARY KEY (case_id, member),
  constraint case_interests_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases(id)
);
CREATE TRIGGER case_interests_append_only BEFORE DELETE OR UPDATE ON public.case_interests FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table case_opinions (
  case_id text not null,
  round integer not null,
  model text not null,
  attempts integer not null default 0,
  due_at timestamp with time zone,
  lease_until timestamp with time zone,
  vote text,
  reason text,
  citations json,
  problem text,
  recorded_at timestamp with time zone,
  constraint case_opinions_pkey PRIMARY KEY (case_id, round),
  constraint case_opinions_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases(id),
  constraint case_opinions_attempts_check CHECK ((attempts >= 0)),
  constraint case_opinions_check CHECK ((((vote IS NULL) = (reason IS NULL)) AND ((vote IS NULL) = (citations IS NULL)))),
  constraint case_opinions_round_check CHECK ((round >= 1)),
  constraint case_opinions_vote_check CHECK ((vote = ANY (ARRAY['yes'::text, 'no'::text, 'ambiguous'::text, 'annulled'::text, 'too_early'::text])))
);
CREATE INDEX case_opinions_due ON public.case_opinions USING btree (due_at, case_id, round) WHERE (due_at IS NOT NULL);

create table case_reveals (
  case_id text not null,
  round integer not null,
  member text not null,
  sealed text,
  revealed_at timestamp with time zone not null,
  constraint case_reveals_pkey PRIMARY KEY (case_id, round, member),
  constraint case_reveals_case_id_round_member_fkey FOREIGN KEY (case_id, round, member) REFERENCES case_votes(case_id, round, member)
);
CREATE TRIGGER case_reveals_append_only BEFORE DELETE OR UPDATE ON public.case_reveals FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table case_steps (
  case_id text not null,
  step integer not null,
  kind text not null,
  at timestamp with time zone not null,
  state text not null,
  panel_id text not null,
  round integer not null,
  rounds_left integer not null,
  due_at timestamp with time zone,
  outcome text,
  effective_at text,
  basis text,
  resolution_id text,
  actor text,
  note text,
  constraint case_steps_pkey PRIMARY KEY (case_id, step),
  constraint case_steps_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases(id),
  constraint case_steps_panel_id_fkey FOREIGN KEY (panel_id) REFERENCES panels(id),
  constraint case_steps_resolution_id_fkey FOREIGN KEY (resolution_id) REFERENCES resolutions(id),
  constraint case_steps_basis_check CHECK ((basis = ANY (ARRAY['votes'::text, 'fall_back'::text]))),
  constraint case_steps_check CHECK ((((outcome IS NULL) = (effective_at IS NULL)) AND ((outcome IS NULL) = (basis IS NULL)))),
  constraint case_steps_kind_check CHECK ((kind = ANY (ARRAY['opened'::text, 'votes_closed'::text, 'round_closed'::text, 'decided'::text, 'postponed'::text, 'resumed'::text, 'restarted'::text, 'appealed'::text, 'final'::text, 'superseded'::text]))),
  constraint case_steps_outcome_check CHECK ((outcome = ANY (ARRAY['yes'::text, 'no'::text, 'ambiguous'::text, 'annulled'::text]))),
  constraint case_steps_round_check CHECK ((round >= 1)),
  constraint case_steps_rounds_left_check CHECK ((rounds_left >= 0)),
  constraint case_steps_state_check CHECK ((state = ANY (ARRAY['open'::text, 'revealing'::text, 'postponed'::text, 'decided'::text, 'final'::text, 'superseded'::text]))),
  constraint case_steps_step_check CHECK ((step >= 1))
);
CREATE TRIGGER case_steps_append_only BEFORE DELETE OR UPDATE ON public.case_steps FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table case_votes (
  case_id text not null,
  round integer not null,
  member text not null,
  commitment text not null,
  sealed text,
  cast_at timestamp with time zone not null,
  constraint case_votes_pkey PRIMARY KEY (case_id, round, member),
  constraint case_votes_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases(id),
  constraint case_votes_round_check CHECK ((round >= 1))
);
CREATE TRIGGER case_votes_append_only BEFORE DELETE OR UPDATE ON public.case_votes FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table cases (
  id text not null,
  prediction_id text not null,
  criterion_version integer not null,
  question json not null,
  predictor_id text,
  recorded_by text,
  base_resolution text,
  opened_at timestamp with time zone not null,
  opened_by text not null,
  state text not null,
  steps integer not null,
  due_at timestamp with time zone,
  seq bigint generated always as identity not null,
  constraint cases_pkey PRIMARY KEY (id),
  constraint cases_base_resolution_fkey FOREIGN KEY (base_resolution) REFERENCES resolutions(id),
  constraint cases_prediction_id_criterion_version_fkey FOREIGN KEY (prediction_id, criterion_version) REFERENCES criteria(prediction_id, version),
  constraint cases_prediction_id_fkey FOREIGN KEY (prediction_id) REFERENCES predictions(id),
  constraint cases_predictor_id_fkey FOREIGN KEY (predictor_id) REFERENCES predictors(id),
  constraint cases_check CHECK (((due_at IS NULL) = (state = ANY (ARRAY['final'::text, 'superseded'::text])))),
  constraint cases_state_check CHECK ((state = ANY (ARRAY['open'::text, 'revealing'::text, 'postponed'::text, 'decided'::text, 'final'::text, 'superseded'::text]))),
  constraint cases_steps_check CHECK ((steps >= 1))
);
CREATE INDEX cases_by_prediction ON public.cases USING btree (prediction_id, seq);
CREATE UNIQUE INDEX cases_by_seq ON public.cases USING btree (seq);
CREATE INDEX cases_due ON public.cases USING btree (due_at, id) WHERE (due_at IS NOT NULL);
CREATE UNIQUE INDEX one_running_case_per_prediction ON public.cases USING btree (prediction_id) WHERE (state = ANY (ARRAY['open'::text, 'revealing'::text, 'postponed'::text, 'decided'::text]));

create table criteria (
  prediction_id text not null,
  version integer not null,
  criterion json not null,
  criterion_hash text not null,
  polarity text not null,
  resolve_by timestamp with time zone,
  reason text,
  created_at timestamp with time zone not null,
  constraint criteria_pkey PRIMARY KEY (prediction_id, version),
  constraint criteria_prediction_id_fkey FOREIGN KEY (prediction_id) REFERENCES predictions(id)
);
CREATE INDEX criteria_by_resolve_by ON public.criteria USING btree (COALESCE(resolve_by, 'infinity'::timestamp with time zone), prediction_id);
CREATE INDEX criteria_by_resolve_by_desc ON public.criteria USING btree (COALESCE(resolve_by, '-infinity'::timestamp with time zone), prediction_id);
CREATE INDEX criteria_replacing ON public.criteria USING btree (prediction_id) WHERE (version > 1);
CREATE TRIGGER criteria_append_only BEFORE DELETE OR UPDATE ON public.criteria FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER criteria_mark_scorecards AFTER INSERT ON public.criteria REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_scorecards();

create table disputes (
  id text not null,
  prediction_id text not null,
  resolution_id text not null,
  verdict text not null,
  known_at timestamp with time zone not null,
  explanation json not null,
  created_at timestamp with time zone not null,
  constraint disputes_pkey PRIMARY KEY (id),
  constraint disputes_resolution_id_verdict_key UNIQUE (resolution_id, verdict),
  constraint disputes_prediction_id_fkey FOREIGN KEY (prediction_id) REFERENCES predictions(id),
  constraint disputes_resolution_id_fkey FOREIGN KEY (resolution_id) REFERENCES resolutions(id),
  constraint disputes_verdict_check CHECK ((verdict = ANY (ARRAY['yes'::text, 'no'::text, 'undetermined'::text])))
);
CREATE INDEX disputes_by_prediction ON public.disputes USING btree (prediction_id, created_at, id);
CREATE TRIGGER disputes_append_only BEFORE DELETE OR UPDATE ON public.disputes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER disputes_forget_answer AFTER INSERT ON public.disputes FOR EACH ROW EXECUTE FUNCTION forget_answer();
CREATE TRIGGER disputes_mark_scorecards AFTER INSERT ON public.disputes REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_scorecards();

create table end_notice_queue (
  vendor text not null,
  family text not null,
  id text not null,
  scope text not null,
  host text not null,
  due_at timestamp with time zone not null,
  constraint end_notice_queue_pkey PRIMARY KEY (vendor, family, id, scope, host)
);
CREATE INDEX end_notice_queue_by_due ON public.end_notice_queue USING btree (due_at);

create table end_notices (
  vendor text not null,
  family text not null,
  id text not null,
  scope text not null,
  host text not null,
  date_from timestamp with time zone not null,
  day integer not null,
  is_earliest boolean not null,
  event_id text,
  noticed_at timestamp with time zone not null,
  constraint end_notices_pkey PRIMARY KEY (vendor, family, id, scope, host, date_from, day, is_earliest),
  constraint end_notices_event_id_fkey FOREIGN KEY (event_id) REFERENCES events(id) DEFERRABLE INITIALLY DEFERRED,
  constraint end_notices_day_check CHECK ((day >= 0))
);

create table event_clock (
  name text not null,
  last_position bigint not null,
  constraint event_clock_pkey PRIMARY KEY (name),
  constraint event_clock_name_check CHECK ((name = 'events'::text))
);

create table event_log (
  "position" bigint not null,
  sequence bigint not null,
  constraint event_log_pkey PRIMARY KEY ("position"),
  constraint event_log_sequence_key UNIQUE (sequence),
  constraint event_log_sequence_fkey FOREIGN KEY (sequence) REFERENCES events(sequence)
);
CREATE TRIGGER event_log_append_only BEFORE DELETE OR UPDATE ON public.event_log FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table event_models (
  event_id text not null,
  vendor text not null,
  family text not null,
  constraint event_models_pkey PRIMARY KEY (event_id, vendor, family),
  constraint event_models_event_id_fkey FOREIGN KEY (event_id) REFERENCES events(id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TRIGGER event_models_append_only BEFORE DELETE OR UPDATE ON public.event_models FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table events (
  id text not null,
  sequence bigint generated always as identity not null,
  type text not null,
  occurred_at timestamp with time zone not null,
  prediction_id text,
  resolution_id text,
  feed_id text,
  body text not null,
  endpoint_id text,
  watch_ids text[],
  constraint events_pkey PRIMARY KEY (id),
  constraint events_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints(id),
  constraint events_feed_id_fkey FOREIGN KEY (feed_id) REFERENCES feeds(id),
  constraint events_prediction_id_fkey FOREIGN KEY (prediction_id) REFERENCES predictions(id),
  constraint events_resolution_id_fkey FOREIGN KEY (resolution_id) REFERENCES resolutions(id)
);
CREATE INDEX events_about_ends ON public.events USING btree (sequence) WHERE ((endpoint_id IS NULL) AND (type = ANY (ARRAY['model.ending'::text, 'model.end_moved'::text, 'model.ended'::text, 'model.suspended'::text, 'model.reinstated'::text, 'model.successor_released'::text])));
CREATE INDEX events_by_prediction ON public.events USING btree (prediction_id, occurred_at, sequence) WHERE (prediction_id IS NOT NULL);
CREATE UNIQUE INDEX events_by_sequence ON public.events USING btree (sequence);
CREATE UNIQUE INDEX events_one_per_resolution ON public.events USING btree (resolution_id) WHERE (type = ANY (ARRAY['prediction.resolved'::text, 'prediction.annulled'::text, 'prediction.resolution.amended'::text]));
CREATE TRIGGER events_append_only BEFORE DELETE OR UPDATE ON public.events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_queued AFTER INSERT ON public.events FOR EACH ROW EXECUTE FUNCTION queue_event();

create table events_unplaced (
  sequence bigint not null,
  constraint events_unplaced_pkey PRIMARY KEY (sequence),
  constraint events_unplaced_sequence_fkey FOREIGN KEY (sequence) REFERENCES events(sequence)
);

create table feeds (
  id text not null,
  slug text not null,
  adapter text not null,
  url text,
  trust text not null,
  origin text not null,
  covers_any boolean not null default false,
  covers text[] not null default '{}'::text[],
  settlement_lag text not null,
  settlement_lag_ms bigint not null,
  enabled boolean not null default true,
  watermark timestamp with time zone,
  etag text,
  last_modified text,
  known_version text,
  failures integer not null default 0,
  next_poll_at timestamp with time zone not null,
  lease_holder text,
  lease_until timestamp with time zone,
  version integer not null default 1,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  options jsonb,
  unhealthy_since timestamp with time zone,
  advanced_at timestamp with time zone,
  accepted_poll_id text,
  accepted_reads bigint not null default 0,
  constraint feeds_pkey PRIMARY KEY (id),
  constraint feeds_slug_key UNIQUE (slug),
  constraint feeds_failures_check CHECK ((failures >= 0)),
  constraint feeds_settlement_lag_ms_check CHECK ((settlement_lag_ms >= 0)),
  constraint feeds_trust_check CHECK ((trust = ANY (ARRAY['first_party'::text, 'curated'::text, 'aggregator'::text, 'community'::text])))
);

create table forecasts (
  id text not null,
  prediction_id text not null,
  predictor_id text not null,
  source_id text,
  locator text,
  probability double precision not null,
  criterion_version integer not null,
  made_at text not null,
  made_from timestamp with time zone not null,
  made_until timestamp with time zone not null,
  recorded_at timestamp with time zone not null,
  seq bigint generated always as identity not null,
  constraint forecasts_pkey PRIMARY KEY (id),
  constraint forecasts_prediction_id_criterion_version_fkey FOREIGN KEY (prediction_id, criterion_version) REFERENCES criteria(prediction_id, version),
  constraint forecasts_prediction_id_fkey FOREIGN KEY (prediction_id) REFERENCES predictions(id),
  constraint forecasts_predictor_id_fkey FOREIGN KEY (predictor_id) REFERENCES predictors(id),
  constraint forecasts_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id),
  constraint forecasts_check CHECK (((made_from <= made_until) AND (made_until <= recorded_at))),
  constraint forecasts_probability_check CHECK (((probability >= (0)::double precision) AND (probability <= (1)::double precision)))
);
CREATE INDEX forecasts_by_prediction ON public.forecasts USING btree (prediction_id, made_from, seq);
CREATE INDEX forecasts_by_predictor ON public.forecasts USING btree (predictor_id, prediction_id, made_from, seq);
CREATE UNIQUE INDEX forecasts_by_seq ON public.forecasts USING btree (seq);
CREATE TRIGGER forecasts_append_only BEFORE DELETE OR UPDATE ON public.forecasts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER forecasts_forget_words AFTER INSERT ON public.forecasts FOR EACH ROW EXECUTE FUNCTION forget_words();
CREATE TRIGGER forecasts_mark_scorecards AFTER INSERT ON public.forecasts REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_forecasters();

create table idempotency_keys (
  caller text not null,
  method text not null,
  path text not null,
  key text not null,
  fingerprint text not null,
  holder text not null,
  lease_until timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  answer text,
  constraint idempotency_keys_pkey PRIMARY KEY (caller, method, path, key)
);
CREATE INDEX idempotency_keys_by_expiry ON public.idempotency_keys USING btree (expires_at);

create table identity_additions (
  id text not null,
  revision integer not null,
  entry json,
  supersedes text,
  reason text not null,
  source_url text,
  decided_by text not null,
  created_at timestamp with time zone not null,
  constraint identity_additions_pkey PRIMARY KEY (id),
  constraint identity_additions_revision_key UNIQUE (revision),
  constraint identity_additions_supersedes_key UNIQUE (supersedes),
  constraint identity_additions_supersedes_fkey FOREIGN KEY (supersedes) REFERENCES identity_additions(id) DEFERRABLE,
  constraint identity_additions_check CHECK (((entry IS NOT NULL) OR (supersedes IS NOT NULL))),
  constraint identity_additions_revision_check CHECK ((revision > 0))
);
CREATE TRIGGER identity_additions_append_only BEFORE DELETE OR UPDATE ON public.identity_additions FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table item_readings (
  feed_id text not null,
  item_key text not null,
  name text not null,
  outcome text not null,
  reason text,
  vendor text,
  family text,
  model_version text,
  tier text,
  stage text,
  snapshot_day text,
  own boolean not null default false,
  identity_version text not null,
  partial jsonb,
  constraint item_readings_pkey PRIMARY KEY (feed_id, item_key),
  constraint item_readings_feed_id_fkey FOREIGN KEY (feed_id) REFERENCES feeds(id),
  constraint item_readings_outcome_check CHECK ((outcome = ANY (ARRAY['model'::text, 'none'::text]))),
  constraint item_readings_partial_check CHECK (((partial IS NULL) OR ((outcome = 'none'::text) AND (vendor IS NOT NULL)))),
  constraint item_readings_stage_check CHECK ((stage = ANY (ARRAY['preview'::text, 'general'::text, 'limited'::text])))
);
CREATE INDEX item_readings_by_family ON public.item_readings USING btree (vendor, family) WHERE (outcome = 'model'::text);
CREATE INDEX item_readings_partial ON public.item_readings USING btree (vendor) WHERE (partial IS NOT NULL);
CREATE INDEX item_readings_unread ON public.item_readings USING btree (reason, name) WHERE (outcome = 'none'::text);

create table leases (
  name text not null,
  holder text not null,
  lease_until timestamp with time zone not null,
  constraint leases_pkey PRIMARY KEY (name)
);

create table model_end_changes (
  vendor text not null,
  id text not null,
  scope text not null,
  host text not null,
  type text not null,
  mark text not null,
  known_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null,
  constraint model_end_changes_pkey PRIMARY KEY (vendor, id, scope, host, type, mark, known_at),
  constraint model_end_changes_scope_check CHECK ((scope = ANY (ARRAY['vendor'::text, 'host'::text, 'plan'::text]))),
  constraint model_end_changes_type_check CHECK ((type = ANY (ARRAY['new'::text, 'moved'::text, 'restated'::text, 'withdrawn'::text, 'ended'::text, 'suspended'::text, 'reinstated'::text, 'successor_released'::text])))
);
CREATE TRIGGER model_end_changes_append_only BEFORE DELETE OR UPDATE ON public.model_end_changes FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table model_ends (
  vendor text not null,
  family text not null,
  id text not null,
  scope text not null,
  host text not null,
  known_from timestamp with time zone not null,
  known_to timestamp with time zone,
  slug text not null,
  model_version text,
  tier text,
  kind text,
  date_from timestamp with time zone,
  date_to timestamp with time zone,
  date_precision text,
  due_at timestamp with time zone,
  stated_since timestamp with time zone,
  appeared boolean not null,
  ended_at timestamp with time zone,
  suspended boolean not null,
  successor_vendor text,
  successor_slug text,
  facts jsonb not null,
  constraint model_ends_pkey PRIMARY KEY (vendor, family, id, scope, host, known_from),
  constraint model_ends_check CHECK (((host <> ''::text) = (scope = 'host'::text))),
  constraint model_ends_check1 CHECK (((kind IS NULL) = (due_at IS NULL))),
  constraint model_ends_date_precision_check CHECK ((date_precision = ANY (ARRAY['day'::text, 'month'::text]))),
  constraint model_ends_kind_check CHECK ((kind = ANY (ARRAY['earliest'::text, 'planned'::text, 'firm'::text, 'passed'::text]))),
  constraint model_ends_scope_check CHECK ((scope = ANY (ARRAY['vendor'::text, 'host'::text, 'plan'::text])))
);
CREATE INDEX model_ends_by_due ON public.model_ends USING btree (due_at, vendor, family, id, scope, host) WHERE ((known_to IS NULL) AND (kind IS NOT NULL));
CREATE INDEX model_ends_by_id ON public.model_ends USING btree (vendor, id) WHERE ((known_to IS NULL) AND (kind IS NOT NULL));
CREATE INDEX model_ends_by_slug ON public.model_ends USING btree (vendor, slug) WHERE ((known_to IS NULL) AND (kind IS NOT NULL));
CREATE INDEX model_ends_by_successor ON public.model_ends USING btree (successor_vendor, successor_slug) WHERE ((known_to IS NULL) AND (successor_slug IS NOT NULL));
CREATE INDEX model_ends_pending ON public.model_ends USING btree (date_to) WHERE ((known_to IS NULL) AND (ended_at IS NULL));

create table model_families (
  vendor text not null,
  family text not null,
  computed_with text,
  computed_to timestamp with time zone,
  recheck_at timestamp with time zone,
  stale_from timestamp with time zone,
  stale_to timestamp with time zone,
  constraint model_families_pkey PRIMARY KEY (vendor, family)
);
CREATE INDEX model_families_recheck ON public.model_families USING btree (recheck_at) WHERE (recheck_at IS NOT NULL);
CREATE INDEX model_families_stale ON public.model_families USING btree (vendor, family) WHERE (stale_from IS NOT NULL);

create table model_releases (
  vendor text not null,
  slug text not null,
  established_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null,
  is_news boolean not null,
  constraint model_releases_pkey PRIMARY KEY (vendor, slug)
);
CREATE TRIGGER model_releases_append_only BEFORE DELETE OR UPDATE ON public.model_releases FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table model_suspensions (
  vendor text not null,
  slug text not null,
  event text not null,
  gone_at timestamp with time zone not null,
  known_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null,
  is_news boolean not null,
  constraint model_suspensions_pkey PRIMARY KEY (vendor, slug, event, gone_at),
  constraint model_suspensions_event_check CHECK ((event = ANY (ARRAY['suspended'::text, 'reinstated'::text])))
);
CREATE TRIGGER model_suspensions_append_only BEFORE DELETE OR UPDATE ON public.model_suspensions FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table model_watch_ids (
  watch_id text not null,
  id text not null,
  "position" integer not null,
  vendor text,
  slug text,
  name text,
  host text,
  is_alias boolean not null,
  problem text,
  stands_for text,
  added_at timestamp with time zone not null,
  alias_feed text,
  alias_observation_id text,
  alias_since timestamp with time zone,
  constraint model_watch_ids_pkey PRIMARY KEY (watch_id, id),
  constraint model_watch_ids_watch_id_fkey FOREIGN KEY (watch_id) REFERENCES model_watches(id) ON DELETE CASCADE,
  constraint model_watch_ids_alias_check CHECK ((((alias_feed IS NULL) = (alias_since IS NULL)) AND ((alias_feed IS NULL) = (alias_observation_id IS NULL)) AND ((alias_feed IS NULL) OR (stands_for IS NOT NULL)))),
  constraint model_watch_ids_check1 CHECK (((slug IS NULL) = (problem IS NOT NULL))),
  constraint model_watch_ids_id_check CHECK (((length(id) >= 1) AND (length(id) <= 256))),
  constraint model_watch_ids_name_check CHECK (((slug IS NULL) OR (name IS NOT NULL)))
);
CREATE INDEX model_watch_ids_by_model ON public.model_watch_ids USING btree (vendor, slug) WHERE (slug IS NOT NULL);
CREATE INDEX model_watch_ids_by_name ON public.model_watch_ids USING btree (vendor, name) WHERE (name IS NOT NULL);
CREATE INDEX model_watch_ids_by_snapshot ON public.model_watch_ids USING btree (vendor, stands_for) WHERE (stands_for IS NOT NULL);

create table model_watches (
  id text not null,
  name text not null,
  owner text,
  host text,
  notice_days integer[] not null,
  read_with text not null,
  version integer not null default 1,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  read_at timestamp with time zone not null,
  constraint model_watches_pkey PRIMARY KEY (id),
  constraint model_watches_name_key UNIQUE (name),
  constraint model_watches_host_check CHECK (((length(host) >= 1) AND (length(host) <= 100))),
  constraint model_watches_id_check CHECK ((id ~~ 'wat\_%'::text)),
  constraint model_watches_name_check CHECK (((name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'::text) AND (name !~~ 'wat\_%'::text))),
  constraint model_watches_notice_days_check CHECK (((cardinality(notice_days) >= 1) AND (cardinality(notice_days) <= 20))),
  constraint model_watches_owner_check CHECK (((length(owner) >= 1) AND (length(owner) <= 200)))
);

create table models (
  vendor text not null,
  slug text not null,
  family text not null,
  model_version text,
  tier text,
  known_from timestamp with time zone not null,
  known_to timestamp with time zone,
  grade text,
  stage text,
  occurred_from timestamp with time zone,
  occurred_to timestamp with time zone,
  basis text,
  established_at timestamp with time zone,
  first_seen_at timestamp with time zone not null,
  constraint models_pkey PRIMARY KEY (vendor, slug, known_from),
  constraint models_basis_check CHECK ((basis = ANY (ARRAY['stated'::text, 'curated'::text, 'late'::text, 'bracket'::text]))),
  constraint models_grade_check CHECK ((grade = ANY (ARRAY['admissible'::text, 'short'::text]))),
  constraint models_stage_check CHECK ((stage = ANY (ARRAY['announced'::text, 'limited'::text, 'preview'::text, 'general'::text, 'deprecated'::text, 'suspended'::text, 'retired'::text])))
);
CREATE INDEX models_by_family ON public.models USING btree (vendor, family);
CREATE INDEX models_by_occurred ON public.models USING btree (occurred_to DESC, vendor, slug) WHERE (grade = 'admissible'::text);

create table observations (
  id text not null,
  feed_id text not null,
  poll_id text not null,
  item_key text not null,
  item_hash text not null,
  observed_at timestamp with time zone not null,
  ingested_at timestamp with time zone not null,
  name text not null,
  host text,
  item_trust text,
  released_text text,
  released_weight text,
  stated_stage text,
  source_as_of text,
  source_url text,
  item jsonb not null,
  seq bigint generated always as identity not null,
  constraint observations_pkey PRIMARY KEY (id),
  constraint observations_feed_id_fkey FOREIGN KEY (feed_id) REFERENCES feeds(id),
  constraint observations_poll_id_fkey FOREIGN KEY (poll_id) REFERENCES polls(id),
  constraint observations_item_trust_check CHECK ((item_trust = ANY (ARRAY['first_party'::text, 'curated'::text, 'aggregator'::text, 'community'::text]))),
  constraint observations_released_weight_check CHECK ((released_weight = ANY (ARRAY['stands'::text, 'curated'::text])))
);
CREATE INDEX observations_by_context ON public.observations USING btree (((((item -> 'attributes'::text) ->> 'context_tokens'::text))::double precision)) WHERE ((((item -> 'attributes'::text) ->> 'context_tokens'::text))::double precision IS NOT NULL);
CREATE INDEX observations_by_input_price ON public.observations USING btree (((((item -> 'attributes'::text) ->> 'input_usd_per_mtok'::text))::double precision)) WHERE ((((item -> 'attributes'::text) ->> 'input_usd_per_mtok'::text))::double precision IS NOT NULL);
CREATE INDEX observations_by_item ON public.observations USING btree (feed_id, item_key, observed_at);
CREATE INDEX observations_by_output_price ON public.observations USING btree (((((item -> 'attributes'::text) ->> 'output_usd_per_mtok'::text))::double precision)) WHERE ((((item -> 'attributes'::text) ->> 'output_usd_per_mtok'::text))::double precision IS NOT NULL);
CREATE INDEX observations_by_parameters ON public.observations USING btree (((((item -> 'attributes'::text) ->> 'parameters'::text))::double precision)) WHERE ((((item -> 'attributes'::text) ->> 'parameters'::text))::double precision IS NOT NULL);
CREATE INDEX observations_by_seq ON public.observations USING btree (seq);
CREATE INDEX observations_by_time ON public.observations USING btree (observed_at);
CREATE TRIGGER observations_append_only BEFORE DELETE OR UPDATE ON public.observations FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table panels (
  id text not null,
  name text not null,
  version integer not null,
  rules json not null,
  created_at timestamp with time zone not null,
  created_by text not null,
  seq bigint generated always as identity not null,
  constraint panels_pkey PRIMARY KEY (id),
  constraint panels_name_version_key UNIQUE (name, version),
  constraint panels_version_check CHECK ((version >= 1))
);
CREATE UNIQUE INDEX panels_by_seq ON public.panels USING btree (seq);
CREATE TRIGGER panels_append_only BEFORE DELETE OR UPDATE ON public.panels FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table polls (
  id text not null,
  feed_id text not null,
  kind text not null,
  result text not null,
  scheduled_for timestamp with time zone,
  started_at timestamp with time zone not null,
  observed_at timestamp with time zone,
  finished_at timestamp with time zone,
  items integer not null default 0,
  new_items integer not null default 0,
  changed_items integer not null default 0,
  vanished_items integer not null default 0,
  lost_items integer not null default 0,
  bytes bigint,
  bytes_hash text,
  frozen_vendors text[] not null default '{}'::text[],
  suspect_reason text,
  error_code text,
  error_detail text,
  http_status integer,
  constraint polls_pkey PRIMARY KEY (id),
  constraint polls_feed_id_fkey FOREIGN KEY (feed_id) REFERENCES feeds(id),
  constraint polls_kind_check CHECK ((kind = ANY (ARRAY['scheduled'::text, 'manual'::text, 'snapshot'::text]))),
  constraint polls_result_check CHECK ((result = ANY (ARRAY['running'::text, 'ok'::text, 'not_modified'::text, 'suspect'::text, 'failed'::text, 'aborted'::text])))
);
CREATE INDEX polls_accepted ON public.polls USING btree (feed_id, observed_at, id) INCLUDE (frozen_vendors) WHERE (result = ANY (ARRAY['ok'::text, 'not_modified'::text]));
CREATE INDEX polls_by_feed ON public.polls USING btree (feed_id, started_at DESC, id DESC);
CREATE INDEX polls_by_time ON public.polls USING btree (started_at);
CREATE UNIQUE INDEX polls_one_per_tick ON public.polls USING btree (feed_id, scheduled_for) WHERE (kind = 'scheduled'::text);
CREATE UNIQUE INDEX polls_one_running ON public.polls USING btree (feed_id) WHERE (result = 'running'::text);
CREATE TRIGGER polls_count_ended AFTER UPDATE ON public.polls REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_ended_reads();
CREATE TRIGGER polls_count_inserted AFTER INSERT ON public.polls REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_inserted_reads();

create table prediction_counts (
  kind text not null,
  name text not null,
  seq bigint generated by default as identity not null,
  open integer not null,
  proposed integer not null,
  disputed integer not null,
  resolved integer not null,
  withdrawn integer not null,
  yes integer not null,
  no integer not null,
  ambiguous integer not null,
  annulled integer not null,
  constraint prediction_counts_pkey PRIMARY KEY (kind, name, seq),
  constraint prediction_counts_kind_check CHECK ((kind = ANY (ARRAY['all'::text, 'source'::text, 'tag'::text])))
);
CREATE INDEX prediction_counts_to_add ON public.prediction_counts USING btree (seq) WHERE (seq > 0);

create table prediction_documents (
  prediction_id text not null,
  format integer not null,
  source_id text,
  predictor_id text,
  words text,
  words_version integer not null default 0,
  words_at timestamp with time zone,
  answer text,
  answer_version integer not null default 0,
  answer_at timestamp with time zone,
  standing text,
  evaluated_through timestamp with time zone,
  constraint prediction_documents_pkey PRIMARY KEY (prediction_id),
  constraint prediction_documents_prediction_id_fkey FOREIGN KEY (prediction_id) REFERENCES predictions(id)
);

create table prediction_edges (
  prediction_id text not null,
  vendor text not null,
  edge_at timestamp with time zone not null,
  constraint prediction_edges_pkey PRIMARY KEY (vendor, edge_at, prediction_id),
  constraint prediction_edges_prediction_id_fkey FOREIGN KEY (prediction_id) REFERENCES predictions(id)
);
CREATE INDEX prediction_edges_by_prediction ON public.prediction_edges USING btree (prediction_id);

create table prediction_edits (
  prediction_id text not null,
  edit integer not null,
  edited_at timestamp with time zone not null,
  changes json not null,
  constraint prediction_edits_pkey PRIMARY KEY (prediction_id, edit),
  constraint prediction_edits_prediction_id_fkey FOREIGN KEY (prediction_id) REFERENCES predictions(id)
);
CREATE TRIGGER prediction_edits_append_only BEFORE DELETE OR UPDATE ON public.prediction_edits FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table prediction_errata (
  id text not null,
  prediction_id text not null,
  text text not null,
  reason text not null,
  recorded_at timestamp with time zone not null,
  seq bigint generated always as identity not null,
  constraint prediction_errata_pkey PRIMARY KEY (id),
  constraint prediction_errata_prediction_id_fkey FOREIGN KEY (prediction_id) REFERENCES predictions(id)
);
CREATE INDEX prediction_errata_by_prediction ON public.prediction_errata USING btree (prediction_id, seq);
CREATE TRIGGER prediction_errata_append_only BEFORE DELETE OR UPDATE ON public.prediction_errata FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER prediction_errata_forget_words AFTER INSERT ON public.prediction_errata FOR EACH ROW EXECUTE FUNCTION forget_words();

create table prediction_slugs (
  slug text not null,
  prediction_id text not null,
  constraint prediction_slugs_pkey PRIMARY KEY (slug),
  constraint prediction_slugs_prediction_id_fkey FOREIGN KEY (prediction_id) REFERENCES predictions(id)
);
CREATE TRIGGER prediction_slugs_append_only BEFORE DELETE OR UPDATE ON public.prediction_slugs FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table prediction_watches (
  prediction_id text not null,
  vendor text not null,
  family text not null,
  facts boolean not null default false,
  versions text[],
  tiers text[],
  narrowed boolean not null default false,
  constraint prediction_watches_pkey PRIMARY KEY (vendor, family, prediction_id),
  constraint prediction_watches_prediction_id_fkey FOREIGN KEY (prediction_id) REFERENCES predictions(id)
);
CREATE INDEX prediction_watches_by_family ON public.prediction_watches USING btree (family, prediction_id);
CREATE INDEX prediction_watches_by_prediction ON public.prediction_watches USING btree (prediction_id);
CREATE INDEX prediction_watches_wide ON public.prediction_watches USING btree (prediction_id) WHERE (NOT narrowed);

create table prediction_words (
  prediction_id text not null,
  edit integer not null,
  edited_at timestamp with time zone not null,
  slug text not null,
  statement text not null,
  fine_print text,
  locator text,
  source_id text,
  predictor_id text,
  tags text[] not null,
  withdrawn_at timestamp with time zone,
  constraint prediction_words_pkey PRIMARY KEY (prediction_id, edit),
  constraint prediction_words_prediction_id_fkey FOREIGN KEY (prediction_id) REFERENCES predictions(id),
  constraint prediction_words_predictor_id_fkey FOREIGN KEY (predictor_id) REFERENCES predictors(id),
  constraint prediction_words_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id)
);
CREATE INDEX prediction_words_by_predictor ON public.prediction_words USING btree (predictor_id) WHERE (predictor_id IS NOT NULL);
CREATE INDEX prediction_words_by_short_text ON public.prediction_words USING gin (short_texts(statement, slug));
CREATE INDEX prediction_words_by_source ON public.prediction_words USING btree (source_id) WHERE (source_id IS NOT NULL);
CREATE INDEX prediction_words_by_tags ON public.prediction_words USING gin (tags);
CREATE INDEX prediction_words_by_text ON public.prediction_words USING gin (statement gin_trgm_ops, slug gin_trgm_ops);
CREATE TRIGGER prediction_words_append_only BEFORE DELETE OR UPDATE ON public.prediction_words FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER prediction_words_mark_scorecards AFTER INSERT ON public.prediction_words REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_scorecards();

create table predictions (
  id text not null,
  slug text not null,
  statement text not null,
  source_id text,
  locator text,
  predictor_id text,
  made_at text not null,
  made_from timestamp with time zone not null,
  recorded_at timestamp with time zone not null,
  fine_print text,
  evidence_policy jsonb,
  tags text[] not null default '{}'::text[],
  criterion_version integer not null default 1,
  state text not null default 'open'::text,
  state_detail jsonb,
  outcome text,
  recheck_at timestamp with time zone,
  evaluated_with text,
  edits integer not null default 1,
  resolutions integer not null default 0,
  edited_at timestamp with time zone not null,
  seq bigint generated always as identity not null,
  resolved_at timestamp with time zone,
  withdrawn_at timestamp with time zone,
  resolve_by timestamp with time zone,
  has_case boolean not null default false,
  recorded_by text,
  from_end json,
  constraint predictions_pkey PRIMARY KEY (id),
  constraint predictions_slug_key UNIQUE (slug),
  constraint predictions_predictor_id_fkey FOREIGN KEY (predictor_id) REFERENCES predictors(id),
  constraint predictions_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id),
  constraint predictions_outcome_check CHECK ((outcome = ANY (ARRAY['yes'::text, 'no'::text, 'ambiguous'::text, 'annulled'::text]))),
  constraint predictions_state_check CHECK ((state = ANY (ARRAY['open'::text, 'proposed'::text, 'disputed'::text, 'resolved'::text, 'withdrawn'::text]))),
  constraint predictions_withdrawn_check CHECK ((((state = 'withdrawn'::text) = (withdrawn_at IS NOT NULL)) AND ((withdrawn_at IS NULL) OR (resolutions = 0))))
);
CREATE INDEX predictions_by_evaluation ON public.predictions USING btree (evaluated_with, id) WHERE (withdrawn_at IS NULL);
CREATE INDEX predictions_by_made_at ON public.predictions USING btree (state, made_from, id);
CREATE INDEX predictions_by_outcome ON public.predictions USING btree (outcome, seq) WHERE (outcome IS NOT NULL);
CREATE INDEX predictions_by_predictor ON public.predictions USING btree (predictor_id, seq);
CREATE INDEX predictions_by_resolve_by ON public.predictions USING btree (state, COALESCE(resolve_by, 'infinity'::timestamp with time zone), id);
CREATE INDEX predictions_by_resolve_by_desc ON public.predictions USING btree (state, COALESCE(resolve_by, '-infinity'::timestamp with time zone), id);
CREATE INDEX predictions_by_resolved_at ON public.predictions USING btree (state, COALESCE(resolved_at, 'infinity'::timestamp with time zone), id);
CREATE INDEX predictions_by_resolved_at_desc ON public.predictions USING btree (state, COALESCE(resolved_at, '-infinity'::timestamp with time zone), id);
CREATE INDEX predictions_by_seq ON public.predictions USING btree (seq);
CREATE INDEX predictions_by_source ON public.predictions USING btree (source_id, seq);
CREATE INDEX predictions_by_state ON public.predictions USING btree (state, seq);
CREATE INDEX predictions_recheck ON public.predictions USING btree (recheck_at) WHERE (recheck_at IS NOT NULL);
CREATE TRIGGER predictions_count_changed AFTER UPDATE ON public.predictions FOR EACH ROW WHEN (((old.state <> new.state) OR (old.outcome IS DISTINCT FROM new.outcome) OR (old.source_id IS DISTINCT FROM new.source_id) OR (old.tags <> new.tags))) EXECUTE FUNCTION count_changed_prediction();
CREATE TRIGGER predictions_count_deleted AFTER DELETE ON public.predictions FOR EACH ROW EXECUTE FUNCTION count_changed_prediction();
CREATE TRIGGER predictions_count_inserted AFTER INSERT ON public.predictions REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION count_inserted_predictions();
CREATE TRIGGER predictions_forget_document AFTER UPDATE ON public.predictions FOR EACH ROW WHEN (((old.edits <> new.edits) OR (old.criterion_version <> new.criterion_version) OR (old.state <> new.state) OR (old.state_detail IS DISTINCT FROM new.state_detail) OR (old.outcome IS DISTINCT FROM new.outcome) OR (old.resolutions <> new.resolutions))) EXECUTE FUNCTION forget_document();

create table predictor_versions (
  predictor_id text not null,
  edit integer not null,
  edited_at timestamp with time zone not null,
  name text not null,
  url text,
  constraint predictor_versions_pkey PRIMARY KEY (predictor_id, edit),
  constraint predictor_versions_predictor_id_fkey FOREIGN KEY (predictor_id) REFERENCES predictors(id) ON DELETE CASCADE
);
CREATE TRIGGER predictor_versions_unchanged BEFORE UPDATE ON public.predictor_versions FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table predictors (
  id text not null,
  name text not null,
  url text,
  seed_key text,
  created_at timestamp with time zone not null,
  edits integer not null default 1,
  edited_at timestamp with time zone not null,
  constraint predictors_pkey PRIMARY KEY (id),
  constraint predictors_seed_key_key UNIQUE (seed_key)
);

create table rate_windows (
  subject text not null,
  started_at timestamp with time zone not null,
  taken integer not null,
  granted integer not null,
  constraint rate_windows_pkey PRIMARY KEY (subject),
  constraint rate_windows_granted_check CHECK ((granted >= 0)),
  constraint rate_windows_taken_check CHECK ((taken >= 0))
);
CREATE INDEX rate_windows_by_start ON public.rate_windows USING btree (started_at);

create table resolutions (
  id text not null,
  prediction_id text not null,
  criterion_version integer not null,
  outcome text not null,
  effective_at text not null,
  known_at timestamp with time zone not null,
  decided_at timestamp with time zone not null,
  decided_by text not null,
  reason_code text not null,
  reason text not null,
  evidence text[] not null default '{}'::text[],
  evidence_trust text,
  explanation json,
  evaluator_version text not null,
  identity_version text not null,
  supersedes text,
  seq bigint generated always as identity not null,
  miss_chance double precision,
  coverage_version text,
  self_stated boolean not null default false,
  constraint resolutions_pkey PRIMARY KEY (id),
  constraint resolutions_prediction_id_fkey FOREIGN KEY (prediction_id) REFERENCES predictions(id),
  constraint resolutions_supersedes_fkey FOREIGN KEY (supersedes) REFERENCES resolutions(id) DEFERRABLE,
  constraint resolutions_miss_chance_check CHECK (((miss_chance >= (0)::double precision) AND (miss_chance <= (1)::double precision))),
  constraint resolutions_outcome_check CHECK ((outcome = ANY (ARRAY['yes'::text, 'no'::text, 'ambiguous'::text, 'annulled'::text]))),
  constraint resolver_says_yes_or_no CHECK (((decided_by <> 'resolver'::text) OR (outcome = ANY (ARRAY['yes'::text, 'no'::text]))))
);
CREATE INDEX resolutions_by_decided_at ON public.resolutions USING btree (decided_at, seq);
CREATE INDEX resolutions_by_known_at ON public.resolutions USING btree (outcome, known_at, prediction_id);
CREATE INDEX resolutions_by_prediction ON public.resolutions USING btree (prediction_id, seq);
CREATE INDEX resolutions_by_seq ON public.resolutions USING btree (seq);
CREATE UNIQUE INDEX resolutions_first ON public.resolutions USING btree (prediction_id) WHERE (supersedes IS NULL);
CREATE INDEX resolutions_in_order ON public.resolutions USING btree (decided_at, prediction_id) INCLUDE (known_at, seq, outcome);
CREATE UNIQUE INDEX resolutions_successor ON public.resolutions USING btree (supersedes) WHERE (supersedes IS NOT NULL);
CREATE TRIGGER resolutions_append_only BEFORE DELETE OR UPDATE ON public.resolutions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER resolutions_forget_answer AFTER INSERT ON public.resolutions FOR EACH ROW EXECUTE FUNCTION forget_answer();
CREATE TRIGGER resolutions_mark_scorecards AFTER INSERT ON public.resolutions REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION mark_scorecards();

create table schema_migrations (
  version integer not null,
  name text not null,
  sha256 text not null,
  applied_at timestamp with time zone not null default now(),
  constraint schema_migrations_pkey PRIMARY KEY (version)
);

create table scorecard_marks (
  seq bigint generated always as identity not null,
  predictor_id text not null,
  constraint scorecard_marks_pkey PRIMARY KEY (seq)
);
CREATE INDEX scorecard_marks_by_predictor ON public.scorecard_marks USING btree (predictor_id);

create table scorecards (
  predictor_id text not null,
  format integer not null,
  results text,
  until timestamp with time zone,
  constraint scorecards_pkey PRIMARY KEY (predictor_id),
  constraint scorecards_predictor_id_fkey FOREIGN KEY (predictor_id) REFERENCES predictors(id) ON DELETE CASCADE
);
CREATE INDEX scorecards_by_until ON public.scorecards USING btree (until) WHERE (until IS NOT NULL);

create table settings (
  name text not null,
  value text not null,
  constraint settings_pkey PRIMARY KEY (name)
);

create table settle_queue (
  prediction_id text not null,
  evidence_from timestamp with time zone,
  evidence_to timestamp with time zone not null,
  poll_id text,
  marked_at timestamp with time zone not null,
  failures integer not null default 0,
  retry_at timestamp with time zone,
  constraint settle_queue_pkey PRIMARY KEY (prediction_id),
  constraint settle_queue_poll_id_fkey FOREIGN KEY (poll_id) REFERENCES polls(id),
  constraint settle_queue_prediction_id_fkey FOREIGN KEY (prediction_id) REFERENCES predictions(id) ON DELETE CASCADE,
  constraint settle_queue_failures_check CHECK ((failures >= 0))
);
CREATE INDEX settle_queue_by_poll ON public.settle_queue USING btree (poll_id) WHERE (poll_id IS NOT NULL);
CREATE INDEX settle_queue_in_order ON public.settle_queue USING btree (marked_at, prediction_id);

create table sightings (
  feed_id text not null,
  item_key text not null,
  seen_from timestamp with time zone not null,
  absent_at timestamp with time zone,
  gone_at timestamp with time zone,
  observation_id text not null,
  item_hash text not null,
  constraint sightings_pkey PRIMARY KEY (feed_id, item_key, seen_from),
  constraint sightings_feed_id_fkey FOREIGN KEY (feed_id) REFERENCES feeds(id),
  constraint sightings_observation_id_fkey FOREIGN KEY (observation_id) REFERENCES observations(id)
);
CREATE INDEX sightings_by_seen_from ON public.sightings USING btree (seen_from);
CREATE UNIQUE INDEX sightings_present ON public.sightings USING btree (feed_id, item_key) WHERE (gone_at IS NULL);

create table source_versions (
  source_id text not null,
  edit integer not null,
  edited_at timestamp with time zone not null,
  title text not null,
  url text,
  language text,
  author text,
  published_at text,
  constraint source_versions_pkey PRIMARY KEY (source_id, edit),
  constraint source_versions_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id) ON DELETE CASCADE
);
CREATE TRIGGER source_versions_unchanged BEFORE UPDATE ON public.source_versions FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table sources (
  id text not null,
  title text not null,
  url text,
  language text,
  author text,
  published_at text,
  seed_key text,
  created_at timestamp with time zone not null,
  edits integer not null default 1,
  edited_at timestamp with time zone not null,
  constraint sources_pkey PRIMARY KEY (id),
  constraint sources_seed_key_key UNIQUE (seed_key)
);

create table starting_evidence (
  prediction_id text not null,
  "position" integer not null,
  url text,
  locator text not null,
  paraphrase text not null,
  stance text not null,
  recorded_at timestamp with time zone not null,
  constraint starting_evidence_pkey PRIMARY KEY (prediction_id, "position"),
  constraint starting_evidence_prediction_id_fkey FOREIGN KEY (prediction_id) REFERENCES predictions(id),
  constraint starting_evidence_position_check CHECK (("position" >= 1)),
  constraint starting_evidence_stance_check CHECK ((stance = ANY (ARRAY['for'::text, 'against'::text, 'context'::text])))
);
CREATE TRIGGER starting_evidence_append_only BEFORE DELETE OR UPDATE ON public.starting_evidence FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table suspect_slices (
  poll_id text not null,
  feed_id text not null,
  vendor text,
  observed_at timestamp with time zone not null,
  item_keys jsonb not null,
  items jsonb not null,
  constraint suspect_slices_feed_id_fkey FOREIGN KEY (feed_id) REFERENCES feeds(id),
  constraint suspect_slices_poll_id_fkey FOREIGN KEY (poll_id) REFERENCES polls(id)
);
CREATE INDEX suspect_slices_by_feed ON public.suspect_slices USING btree (feed_id, observed_at DESC);

create table unread_names (
  vendor text not null,
  name text not null,
  recorded_at timestamp with time zone not null,
  constraint unread_names_pkey PRIMARY KEY (vendor, name)
);
CREATE TRIGGER unread_names_append_only BEFORE DELETE OR UPDATE ON public.unread_names FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table webhook_attempts (
  delivery_id text not null,
  number integer not null,
  trigger text not null,
  url text not null,
  started_at timestamp with time zone,
  finished_at timestamp with time zone not null,
  duration_ms integer,
  status integer,
  error_class text,
  error_detail text,
  next_attempt_at timestamp with time zone,
  constraint webhook_attempts_pkey PRIMARY KEY (delivery_id, number),
  constraint webhook_attempts_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES webhook_deliveries(id),
  constraint webhook_attempts_number_check CHECK ((number > 0)),
  constraint webhook_attempts_trigger_check CHECK ((trigger = ANY (ARRAY['schedule'::text, 'manual'::text, 'recover'::text, 'test'::text])))
);
CREATE TRIGGER webhook_attempts_append_only BEFORE DELETE OR UPDATE ON public.webhook_attempts FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table webhook_deliveries (
  id text not null,
  seq bigint generated always as identity not null,
  event_id text not null,
  endpoint_id text not null,
  state text not null,
  attempts integer not null default 0,
  step integer not null default 0,
  automatic boolean not null default true,
  manual_due integer not null default 0,
  trigger text not null default 'schedule'::text,
  next_attempt_at timestamp with time zone,
  last_status integer,
  last_error_class text,
  created_at timestamp with time zone not null,
  settled_at timestamp with time zone,
  succeeded_at timestamp with time zone,
  constraint webhook_deliveries_pkey PRIMARY KEY (id),
  constraint webhook_deliveries_event_id_endpoint_id_key UNIQUE (event_id, endpoint_id),
  constraint webhook_deliveries_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints(id),
  constraint webhook_deliveries_event_id_fkey FOREIGN KEY (event_id) REFERENCES events(id),
  constraint webhook_deliveries_check CHECK (((state = 'pending'::text) = (next_attempt_at IS NOT NULL))),
  constraint webhook_deliveries_manual_due_check CHECK ((manual_due >= 0)),
  constraint webhook_deliveries_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'succeeded'::text, 'failed'::text, 'held'::text, 'cancelled'::text]))),
  constraint webhook_deliveries_trigger_check CHECK ((trigger = ANY (ARRAY['schedule'::text, 'manual'::text, 'recover'::text, 'test'::text])))
);
CREATE INDEX webhook_deliveries_by_endpoint ON public.webhook_deliveries USING btree (endpoint_id, seq);
CREATE INDEX webhook_deliveries_by_seq ON public.webhook_deliveries USING btree (seq);
CREATE INDEX webhook_deliveries_due ON public.webhook_deliveries USING btree (endpoint_id, next_attempt_at, seq) WHERE (state = 'pending'::text);
CREATE INDEX webhook_deliveries_pending ON public.webhook_deliveries USING btree (next_attempt_at) WHERE (state = 'pending'::text);

create table webhook_endpoints (
  id text not null,
  url text not null,
  description text,
  event_types text[],
  prediction_ids text[],
  tags text[],
  predictor_ids text[],
  vendors text[],
  families text[],
  match_keys text[] not null,
  headers jsonb not null default '{}'::jsonb,
  sealed_headers text,
  sealed_header_names text[] not null default '{}'::text[],
  rate_per_second integer,
  status text not null default 'enabled'::text,
  disabled_reason text,
  disabled_at timestamp with time zone,
  failing_since timestamp with time zone,
  last_failed_at timestamp with time zone,
  paused_until timestamp with time zone,
  paced_until timestamp with time zone,
  version integer not null default 1,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  deleted_at timestamp with time zone,
  format text not null default 'standard'::text,
  watch_ids text[],
  left_watches jsonb not null default '{}'::jsonb,
  constraint webhook_endpoints_pkey PRIMARY KEY (id),
  constraint webhook_endpoints_check CHECK (((status = 'disabled'::text) = (disabled_reason IS NOT NULL))),
  constraint webhook_endpoints_check1 CHECK (((status = 'disabled'::text) = (disabled_at IS NOT NULL))),
  constraint webhook_endpoints_disabled_reason_check CHECK ((disabled_reason = ANY (ARRAY['manual'::text, 'gone'::text, 'failing'::text]))),
  constraint webhook_endpoints_event_types_check CHECK ((cardinality(event_types) > 0)),
  constraint webhook_endpoints_format_check CHECK ((format = ANY (ARRAY['standard'::text, 'slack'::text]))),
  constraint webhook_endpoints_rate_per_second_check CHECK (((rate_per_second >= 1) AND (rate_per_second <= 1000))),
  constraint webhook_endpoints_status_check CHECK ((status = ANY (ARRAY['enabled'::text, 'disabled'::text])))
);
CREATE INDEX webhook_endpoints_by_match ON public.webhook_endpoints USING gin (match_keys) WITH (fastupdate=off) WHERE (deleted_at IS NULL);

create table webhook_leases (
  delivery_id text not null,
  endpoint_id text not null,
  number integer not null,
  trigger text not null,
  holder text not null,
  lease_until timestamp with time zone not null,
  constraint webhook_leases_pkey PRIMARY KEY (delivery_id),
  constraint webhook_leases_number_check CHECK ((number > 0)),
  constraint webhook_leases_trigger_check CHECK ((trigger = ANY (ARRAY['schedule'::text, 'manual'::text, 'recover'::text, 'test'::text])))
);
CREATE INDEX webhook_leases_by_endpoint ON public.webhook_leases USING btree (endpoint_id);

create table webhook_responses (
  delivery_id text not null,
  number integer not null,
  body text not null,
  truncated boolean not null,
  received_at timestamp with time zone not null,
  constraint webhook_responses_pkey PRIMARY KEY (delivery_id, number),
  constraint webhook_responses_delivery_id_number_fkey FOREIGN KEY (delivery_id, number) REFERENCES webhook_attempts(delivery_id, number)
);
CREATE INDEX webhook_responses_by_age ON public.webhook_responses USING btree (received_at);

create table webhook_secrets (
  id text not null,
  endpoint_id text not null,
  signing text not null,
  sealed text not null,
  public_key text,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  constraint webhook_secrets_pkey PRIMARY KEY (id),
  constraint webhook_secrets_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints(id),
  constraint webhook_secrets_signing_check CHECK ((signing = ANY (ARRAY['v1'::text, 'v1a'::text])))
);
CREATE INDEX webhook_secrets_by_endpoint ON public.webhook_secrets USING btree (endpoint_id, created_at);
CREATE UNIQUE INDEX webhook_secrets_current ON public.webhook_secrets USING btree (endpoint_id) WHERE (expires_at IS NULL);

CREATE OR REPLACE FUNCTION public.character_pairs(text text)
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case when char_length(text) < 2 then array[text] else (
    select array_agg(a || b) from (select string_to_array(text, null)) c (chars), unnest(c.chars, c.chars[2:]) x (a, b)
    where b is not null) end
$function$;

CREATE OR REPLACE FUNCTION public.count_changed_prediction()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into prediction_counts (kind, name, open, proposed, disputed, resolved, withdrawn, yes, no, ambiguous, annulled)
  select k.kind, k.name, sum(p.by * (p.state = 'open')::int), sum(p.by * (p.state = 'proposed')::int),
    sum(p.by * (p.state = 'disputed')::int), sum(p.by * (p.state = 'resolved')::int), sum(p.by * (p.state = 'withdrawn')::int),
    coalesce(sum(p.by) filter (where p.outcome = 'yes'), 0), coalesce(sum(p.by) filter (where p.outcome = 'no'), 0),
    coalesce(sum(p.by) filter (where p.outcome = 'ambiguous'), 0), coalesce(sum(p.by) filter (where p.outcome = 'annulled'), 0)
  from (values (-1, old.state, old.outcome, old.source_id, old.tags), (1, new.state, new.outcome, new.source_id, new.tags))
      p (by, state, outcome, source_id, tags)
    cross join counted_names(p.source_id, p.tags) k
  where p.state is not null
  group by k.kind, k.name;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.count_ended_reads()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  update feeds f set accepted_reads = accepted_reads + c.reads
  from (
    select n.feed_id, count(*) as reads from fresh n join stale o on o.id = n.id
    where n.result in ('ok', 'not_modified') and o.result not in ('ok', 'not_modified') group by n.feed_id) c
  where f.id = c.feed_id;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.count_inserted_predictions()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into prediction_counts (kind, name, open, proposed, disputed, resolved, withdrawn, yes, no, ambiguous, annulled)
  select k.kind, k.name, count(*) filter (where p.state = 'open'), count(*) filter (where p.state = 'proposed'),
    count(*) filter (where p.state = 'disputed'), count(*) filter (where p.state = 'resolved'),
    count(*) filter (where p.state = 'withdrawn'), count(*) filter (where p.outcome = 'yes'),
    count(*) filter (where p.outcome = 'no'), count(*) filter (where p.outcome = 'ambiguous'),
    count(*) filter (where p.outcome = 'annulled')
  from inserted p cross join counted_names(p.source_id, p.tags) k
  group by k.kind, k.name;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.count_inserted_reads()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  update feeds f set accepted_reads = accepted_reads + c.reads
  from (select feed_id, count(*) as reads from fresh where result in ('ok', 'not_modified') group by feed_id) c
  where f.id = c.feed_id;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.counted_names(source_id text, tags text[])
 RETURNS TABLE(kind text, name text)
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select 'all', '' union all select 'source', source_id where source_id is not null union all select 'tag', unnest(tags)
$function$;

CREATE OR REPLACE FUNCTION public.date_end(text)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
AS $function$
  select case length($1)
    when 4 then (date_start($1) at time zone 'UTC' + interval '1 year') at time zone 'UTC'
    when 7 then (date_start($1) at time zone 'UTC' + interval '1 month') at time zone 'UTC'
    when 10 then (date_start($1) at time zone 'UTC' + interval '1 day') at time zone 'UTC'
    else date_start($1) + interval '1 millisecond'
  end
$function$;

CREATE OR REPLACE FUNCTION public.date_start(text)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
AS $function$
  select case length($1)
    when 4 then ($1 || '-01-01T00:00:00Z')::timestamptz
    when 7 then ($1 || '-01T00:00:00Z')::timestamptz
    when 10 then ($1 || 'T00:00:00Z')::timestamptz
    else date_trunc('milliseconds', $1::timestamptz)
  end
$function$;

CREATE OR REPLACE FUNCTION public.effective_from(text)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
AS $function$
  select case when $1 like '..%' then '-infinity'::timestamptz else date_start(split_part($1, '/', 1)) end
$function$;

CREATE OR REPLACE FUNCTION public.effective_to(text)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
AS $function$
  select date_end(case when $1 like '%/%' then split_part($1, '/', 2) else $1 end)
$function$;

CREATE OR REPLACE FUNCTION public.forget_answer()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  update prediction_documents set answer = null where prediction_id = new.prediction_id and answer is not null;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.forget_document()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  update prediction_documents set
    words = case when old.edits = new.edits and old.criterion_version = new.criterion_version then words end,
    answer = case when old.state = new.state and old.state_detail is not distinct from new.state_detail
      and old.outcome is not distinct from new.outcome and old.resolutions = new.resolutions
      and old.criterion_version = new.criterion_version then answer end
  where prediction_id = new.id;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.forget_words()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  update prediction_documents set words = null where prediction_id = new.prediction_id and words is not null;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.mark_forecasters()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into scorecard_marks (predictor_id)
  select c.predictor_id from changed c
  union select f.predictor_id from changed c join forecasts f on f.prediction_id = c.prediction_id
    where exists (select from resolutions r where r.prediction_id = c.prediction_id);
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.mark_scorecards()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into scorecard_marks (predictor_id)
  select w.predictor_id from changed c join prediction_words w on w.prediction_id = c.prediction_id where w.predictor_id is not null
  union select f.predictor_id from changed c join forecasts f on f.prediction_id = c.prediction_id;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.queue_event()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into events_unplaced (sequence) values (new.sequence);
  perform pg_notify('outturn_events', '');
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.recount_predictions()
 RETURNS void
 LANGUAGE sql
AS $function$
  lock table predictions in share row exclusive mode;
  delete from prediction_counts;
  insert into prediction_counts (kind, name, seq, open, proposed, disputed, resolved, withdrawn, yes, no, ambiguous, annulled)
  select k.kind, k.name, 0, count(*) filter (where p.state = 'open'), count(*) filter (where p.state = 'proposed'),
    count(*) filter (where p.state = 'disputed'), count(*) filter (where p.state = 'resolved'),
    count(*) filter (where p.state = 'withdrawn'), count(*) filter (where p.outcome = 'yes'),
    count(*) filter (where p.outcome = 'no'), count(*) filter (where p.outcome = 'ambiguous'),
    count(*) filter (where p.outcome = 'annulled')
  from predictions p cross join counted_names(p.source_id, p.tags) k
  group by k.kind, k.name
$function$;

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'rows of % are append-only', tg_table_name using errcode = 'restrict_violation';
end
$function$;

CREATE OR REPLACE FUNCTION public.short_texts(statement text, slug text)
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select array_agg(a || b) filter (where b is not null) || min(c.chars)
  from (select string_to_array(lower(statement || ' ' || slug), null)) c (chars), unnest(c.chars, c.chars[2:]) x (a, b)
$function$;
