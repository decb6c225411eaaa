/** A link to a guide, relative to the document. */
function guide(page: string, description: string) {
  return { url: `docs/guides/${page}`, description };
}

/** Descriptions and guides of the tags, in the order of the reference: the main subject of the service first. */
export const tags = [
  {
    name: 'Predictions',
    description: 'Claims with their criteria, status, explanation and history.',
    externalDocs: guide('glossary#predictions', 'Terms of predictions'),
  },
  {
    name: 'Criteria',
    description: 'Check and replace machine-checkable criteria.',
    externalDocs: guide('criteria', 'Criteria'),
  },
  {
    name: 'Events',
    description: 'The event log, as a list and as a stream.',
    externalDocs: guide('webhooks#event-types', 'Event types'),
  },
  {
    name: 'Feeds',
    description: 'Release feeds, their polls and uploaded snapshots.',
    externalDocs: guide('feeds', 'Feeds'),
  },
  {
    name: 'For other sites',
    description: 'Badges, Atom and JSON feeds, a calendar and the API catalogue.',
    externalDocs: guide('clients', 'Clients'),
  },
  {
    name: 'Forecasts',
    description: 'Probabilities given to predictions, and scorecards of predictors.',
    externalDocs: guide('forecasts', 'Forecasts and scores'),
  },
  {
    name: 'Identity',
    description: 'The data that maps published names to models, and additions by curators.',
    externalDocs: guide('identity', 'Model identity'),
  },
  {
    name: 'Keys and audit',
    description: 'API keys, the audit log and the export.',
    externalDocs: guide('configuration#keys-and-secrets', 'Keys and secrets'),
  },
  {
    name: 'Models',
    description: 'Models, the evidence for each, and the release timeline.',
    externalDocs: guide('models', 'Models and releases'),
  },
  {
    name: 'Observations',
    description: 'Raw evidence, and names that are not recognised.',
    externalDocs: guide('glossary#evidence', 'Terms of evidence'),
  },
  {
    name: 'Panels and cases',
    description: 'Claims that people judge: panels, evidence packets and sealed votes.',
    externalDocs: guide('judging', 'Judged claims'),
  },
  {
    name: 'Resolutions',
    description: 'Decisions on predictions. Append-only.',
    externalDocs: guide('criteria#evidence-requirements', 'Evidence requirements'),
  },
  {
    name: 'Service',
    description: 'Health checks, metrics and this document.',
    externalDocs: guide('operations', 'Operations'),
  },
  {
    name: 'Sources and predictors',
    description: 'Where claims were made, and who made them.',
    externalDocs: guide('forecasts#create-a-predictor', 'Create a predictor'),
  },
  {
    name: 'Watches',
    description: 'Lists of model ids that somebody uses, with what is known of each.',
    externalDocs: guide('lifecycle#watches', 'Watches'),
  },
  {
    name: 'Webhooks',
    description: 'Webhook endpoints, deliveries and the messages.',
    externalDocs: guide('webhooks', 'Webhooks'),
  },
];
