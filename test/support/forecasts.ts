import type { ApiWorld } from './api-world.ts';
import type { Json } from './http-client.ts';

/** A claim that only a person settles, with predictors and forecasts. */
export const judged = { op: 'judged', question: 'Did it happen?' };

export async function createPredictor(world: ApiWorld, name: string): Promise<string> {
  return (await world.admin('POST /v1/predictors', { json: { name } })).json.id;
}

/** Records a forecast that must be accepted. */
export async function forecast(world: ApiWorld, slug: string, json: object): Promise<Json> {
  const answer = await world.admin(`POST /v1/predictions/${slug}/forecasts`, { json });
  if (answer.status !== 201) throw new Error(`a forecast was refused: ${answer.text}`);
  return answer.json;
}

const reasonOf: Record<string, string> = {
  ambiguous: 'reality_unclear',
  annulled: 'criterion_defective',
};

/** Records a person's resolution of a prediction. */
export async function decide(world: ApiWorld, slug: string, outcome: string, effectiveAt: string): Promise<Json> {
  const answer = await world.admin(`POST /v1/predictions/${slug}/resolutions`, {
    json: {
      outcome,
      effective_at: effectiveAt,
      reason_code: reasonOf[outcome] ?? 'judged',
      reason: 'I looked at all of it.',
    },
  });
  if (answer.status !== 201) throw new Error(`a decision was refused: ${answer.text}`);
  return answer.json;
}
