import type { PredictionJson } from '../predictions/json.ts';

/** A document as the service keeps it: the text that `GET /v1/predictions/{id}` replies with. */
export function parseDocument(text: string): PredictionJson {
  // The service wrote the text itself, from a value of this type.
  return JSON.parse(text) as PredictionJson;
}
