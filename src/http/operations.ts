import { apiKeyOperations } from './access/api-keys.ts';
import { auditOperations } from './access/audit.ts';
import { caseOperations } from './cases/cases.ts';
import { commitmentOperations } from './cases/commitments.ts';
import { panelOperations } from './cases/panels.ts';
import { voteOperations } from './cases/votes.ts';
import { endClaimOperations } from './ends/claims.ts';
import { endOperations } from './ends/ends.ts';
import { endRecordOperations } from './ends/record.ts';
import { eventOperations } from './events/event-log.ts';
import { feedOperations } from './feeds/feeds.ts';
import { observationOperations } from './feeds/observations.ts';
import { pollOperations } from './feeds/polls.ts';
import { aliasOperations } from './identity/aliases.ts';
import { identityOperations } from './identity/identity.ts';
import { modelWatchOperations } from './model-watches/model-watches.ts';
import { modelOperations } from './models/models.ts';
import { releaseOperations } from './models/releases.ts';
import { buildOpenApi, renderOpenApiYaml } from './openapi/document.ts';
import { documentOperations } from './openapi/documents.ts';
import type { Operation } from './operation/operation.ts';
import { batchOperations } from './predictions/batch.ts';
import { criterionOperations } from './predictions/criteria.ts';
import { editOperations } from './predictions/edits.ts';
import { erratumOperations } from './predictions/errata.ts';
import { explanationOperations } from './predictions/explanations.ts';
import { historyOperations } from './predictions/history.ts';
import { listOperations } from './predictions/lists.ts';
import { predictionOperations } from './predictions/predictions.ts';
import { predictorOperations } from './predictions/predictors.ts';
import { resolutionOperations } from './predictions/resolutions.ts';
import { sourceOperations } from './predictions/sources.ts';
import { startingEvidenceOperations } from './predictions/starting-evidence.ts';
import { tagOperations } from './predictions/tags.ts';
import { withdrawalOperations } from './predictions/withdrawals.ts';
import { forecastOperations } from './scores/forecasts.ts';
import { scorecardOperations } from './scores/scorecards.ts';
import { serviceOperations } from './service/health.ts';
import { metricsOperations } from './service/metrics.ts';
import { badgeOperations } from './sharing/badges.ts';
import { calendarOperations } from './sharing/calendar.ts';
import { endFeedOperations } from './sharing/end-feeds.ts';
import { syndicationOperations } from './sharing/syndication.ts';
import { exportOperations } from './transfer/export.ts';
import { deliveryOperations } from './webhooks/deliveries.ts';
import { endpointOperations } from './webhooks/endpoints.ts';

/** Every operation of the API, in the order of the document. */
export const operations: readonly Operation[] = [
  ...listOperations,
  ...predictionOperations,
  ...editOperations,
  ...withdrawalOperations,
  ...batchOperations,
  ...explanationOperations,
  ...historyOperations,
  ...erratumOperations,
  ...startingEvidenceOperations,
  ...forecastOperations,
  ...criterionOperations,
  ...resolutionOperations,
  ...panelOperations,
  ...caseOperations,
  ...voteOperations,
  ...commitmentOperations,
  ...eventOperations,
  ...feedOperations,
  ...pollOperations,
  ...modelOperations,
  ...releaseOperations,
  ...aliasOperations,
  ...endOperations,
  ...endRecordOperations,
  ...endClaimOperations,
  ...observationOperations,
  ...identityOperations,
  ...tagOperations,
  ...sourceOperations,
  ...predictorOperations,
  ...scorecardOperations,
  ...modelWatchOperations,
  ...endpointOperations,
  ...deliveryOperations,
  ...badgeOperations,
  ...syndicationOperations,
  ...endFeedOperations,
  ...calendarOperations,
  ...apiKeyOperations,
  ...auditOperations,
  ...exportOperations,
  ...serviceOperations,
  ...metricsOperations,
  ...documentOperations(() => operations),
];

/** The whole document as it is committed in openapi.yaml; `version` is that of package.json. */
export function renderOpenApi(version: string): string {
  return renderOpenApiYaml(buildOpenApi(operations, { version, publicUrl: null }));
}
