/**
 * The tables that are the record: what an export carries and an import brings back, in an order in which every row comes
 * after the rows that it refers to. A reference within a table is checked at the end of an import.
 */
export const recordTables = [
  'settings',
  'api_keys',
  'audit',
  'sources',
  'predictors',
  'feeds',
  'polls',
  'observations',
  'sightings',
  'suspect_slices',
  'item_readings',
  'identity_additions',
  'model_families',
  'models',
  'model_releases',
  'predictions',
  'criteria',
  'forecasts',
  'prediction_edits',
  'prediction_watches',
  'prediction_edges',
  'resolutions',
  'disputes',
  'webhook_endpoints',
  'webhook_secrets',
  'events',
  'event_clock',
  'event_log',
  'events_unplaced',
  'webhook_deliveries',
  'webhook_attempts',
  'webhook_responses',
] as const;

export type RecordTable = (typeof recordTables)[number];

/** Tables that stay behind, each with the reason. */
export const tablesLeftOut: Readonly<Record<string, string>> = {
  schema_migrations: 'the migrations write it; the header names the newest one',
  leases: 'who is at work at this moment, on these nodes',
  rate_windows: 'requests of the present minute',
  idempotency_keys: 'answers kept for a day, for callers of this service',
};

/** Columns that stay behind and are null in the copy, each with the reason. */
export const columnsLeftOut: Readonly<Record<string, string>> = {
  'feeds.lease_holder': 'a node that polls at this moment',
  'feeds.lease_until': 'a node that polls at this moment',
  'webhook_deliveries.lease_holder': 'a node that delivers at this moment',
  'webhook_deliveries.lease_until': 'a node that delivers at this moment',
};

/** Rows that the migrations put into a new database, as conditions: they do not make it one that holds something. */
export const initialRows: ReadonlyMap<RecordTable, string> = new Map([
  ['settings', "name = 'identity_revision' and value = '0'"],
  ['event_clock', 'last_position = 0'],
]);
