/**
 * The tables that an export contains and an import restores, ordered so that every row comes after the rows that it
 * references. References within a table are checked at the end of an import.
 */
export const recordTables = [
  'settings',
  'api_keys',
  'audit',
  'sources',
  'source_versions',
  'predictors',
  'predictor_versions',
  'feeds',
  'polls',
  'observations',
  'sightings',
  'suspect_slices',
  'item_readings',
  'unread_names',
  'identity_additions',
  'model_families',
  'models',
  'model_releases',
  'model_suspensions',
  'model_ends',
  'model_end_changes',
  'predictions',
  'criteria',
  'forecasts',
  'prediction_edits',
  'prediction_words',
  'prediction_slugs',
  'prediction_errata',
  'starting_evidence',
  'prediction_watches',
  'prediction_edges',
  'settle_queue',
  'resolutions',
  'disputes',
  'model_watches',
  'model_watch_ids',
  'panels',
  'cases',
  'case_steps',
  'case_evidence',
  'case_copies',
  'case_fetches',
  'case_interests',
  'case_votes',
  'case_reveals',
  'case_ballots',
  'case_opinions',
  'webhook_endpoints',
  'webhook_secrets',
  'events',
  'event_models',
  'end_notices',
  'event_clock',
  'event_log',
  'events_unplaced',
  'webhook_deliveries',
  'webhook_attempts',
  'webhook_responses',
] as const;

export type RecordTable = (typeof recordTables)[number];

/** Tables that are not exported, each with the reason. */
export const tablesLeftOut: Readonly<Record<string, string>> = {
  schema_migrations: 'the migrations write it; the header of an export names the newest one',
  leases: 'current leases of nodes',
  prediction_counts: 'an import counts the predictions again',
  webhook_leases: 'current leases of senders',
  end_notice_queue: 'an import marks every end',
  prediction_documents: 'computed from the other tables',
  scorecards: 'computed from the other tables',
  scorecard_marks: 'an import marks every scorecard',
  rate_windows: 'request counts of the current minute',
  idempotency_keys: 'responses kept for a day, for retries of requests',
};

/** Columns that are not exported and are null after an import, each with the reason. */
export const columnsLeftOut: Readonly<Record<string, string>> = {
  'predictions.evaluated_with': 'null means that the prediction is settled again, which also keeps its document',
  'case_votes.sealed':
    'votes are secret until their round closes; after an import, a round with such votes begins anew',
  'case_reveals.sealed': 'secret until the round is decided, like votes',
  'case_opinions.lease_until': 'the current lease of a node',
  'case_fetches.lease_until': 'the current lease of a node',
  'feeds.lease_holder': 'the current lease of a node',
  'feeds.lease_until': 'the current lease of a node',
};

/** Conditions for the rows that are not exported: an import begins a new epoch of the event log. */
export const rowsLeftOut: ReadonlyMap<RecordTable, string> = new Map([['settings', "name = 'event_epoch'"]]);

/** Conditions for the rows that migrations and a start insert; a database with only these rows counts as empty. */
export const initialRows: ReadonlyMap<RecordTable, string> = new Map([
  ['settings', "name in ('event_epoch', 'installation') or (name = 'identity_revision' and value = '0')"],
  ['event_clock', 'last_position = 0'],
]);
