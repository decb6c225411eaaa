import { apiKeyOperations } from './api-keys.ts';
import { auditOperations } from './audit.ts';
import { badgeOperations } from './badges.ts';
import { calendarOperations } from './calendar.ts';
import { criterionOperations } from './criteria.ts';
import { documentOperations } from './documents.ts';
import { eventOperations } from './event-log.ts';
import { explanationOperations } from './explanations.ts';
import { exportOperations } from './export.ts';
import { feedOperations } from './feeds.ts';
import { forecastOperations } from './forecasts.ts';
import { serviceOperations } from './health.ts';
import { historyOperations } from './history.ts';
import { identityOperations } from './identity.ts';
import { metricsOperations } from './metrics.ts';
import { modelOperations } from './models.ts';
import { observationOperations } from './observations.ts';
import { buildOpenApi, renderOpenApiYaml } from './openapi.ts';
import type { Operation } from './operation.ts';
import { pollOperations } from './polls.ts';
import { predictionOperations } from './predictions.ts';
import { predictorOperations } from './predictors.ts';
import { releaseOperations } from './releases.ts';
import { resolutionOperations } from './resolutions.ts';
import { scorecardOperations } from './scorecards.ts';
import { sourceOperations } from './sources.ts';
import { syndicationOperations } from './syndication.ts';
import { tagOperations } from './tags.ts';
import { deliveryOperations } from './webhook-deliveries.ts';
import { endpointOperations } from './webhook-endpoints.ts';

/** Every operation of the API, in the order of the document. */
export const operations: readonly Operation[] = [
  ...predictionOperations,
  ...explanationOperations,
  ...historyOperations,
  ...forecastOperations,
  ...criterionOperations,
  ...resolutionOperations,
  ...eventOperations,
  ...feedOperations,
  ...pollOperations,
  ...modelOperations,
  ...releaseOperations,
  ...observationOperations,
  ...identityOperations,
  ...tagOperations,
  ...sourceOperations,
  ...predictorOperations,
  ...scorecardOperations,
  ...endpointOperations,
  ...deliveryOperations,
  ...badgeOperations,
  ...syndicationOperations,
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
