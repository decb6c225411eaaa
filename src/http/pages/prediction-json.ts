import type { Instant } from '../../domain/instant.ts';
import { withCurrentIdentity } from '../../services/identity/identity.ts';
import { type ListQuery, listDocuments, listPredictions } from '../../services/predictions/lists.ts';
import { getPrediction } from '../../services/predictions/predictions.ts';
import { readDocument } from '../../services/predictions/read-document.ts';
import type { HttpDeps } from '../deps.ts';
import { type PredictionJson, predictionToJson, stampOf } from '../predictions/json.ts';

/** A document as the service keeps it: the text that `GET /v1/predictions/{id}` replies with. */
export function parseDocument(text: string): PredictionJson {
  // The service wrote the text itself, from a value of this type.
  return JSON.parse(text) as PredictionJson;
}

/** The kept document of now, or one that is computed. */
export async function readPrediction(http: HttpDeps, slug: string, asOf: Instant | null): Promise<PredictionJson> {
  const { services } = http;
  const kept = asOf === null ? await readDocument(services.db.reads, services, slug) : null;
  if (kept !== null) return parseDocument(kept.text);
  const current = await withCurrentIdentity(services);
  return predictionToJson(await getPrediction(current, slug, asOf), stampOf(asOf, current));
}

/** A page of predictions from kept documents, or computed for a past moment. */
export async function readPredictions(
  { services }: HttpDeps,
  query: ListQuery,
): Promise<{ predictions: PredictionJson[]; next: Awaited<ReturnType<typeof listPredictions>>['next'] }> {
  if (query.asOf === null) {
    const { texts, next } = await listDocuments(services, query);
    return { predictions: texts.map(parseDocument), next };
  }
  const current = await withCurrentIdentity(services);
  const { views, next } = await listPredictions(current, query);
  const stamp = stampOf(query.asOf, current);
  return { predictions: views.map((view) => predictionToJson(view, stamp)), next };
}
