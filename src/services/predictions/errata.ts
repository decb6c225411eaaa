import { predictionData } from '../../domain/events/event-data.ts';
import { erratumData } from '../../domain/events/words-event.ts';
import { Refusal } from '../../domain/refusal.ts';
import { type ErratumRow, insertErratum, listErrata } from '../../store/errata.ts';
import { lockPredictions } from '../../store/watches.ts';
import type { Deps } from '../deps.ts';
import { recordEvent } from '../events/outbox.ts';
import { keepCurrentWords } from './documents.ts';
import { requirePrediction } from './predictions.ts';

/** The most errata of one prediction, because every response with the prediction contains all of them. */
export const errataMax = 50;

/** Appends a correction to a prediction without changing its words. Refuses with `conflict` one erratum too many. */
export async function createPredictionErratum(
  deps: Deps,
  idOrSlug: string,
  input: { readonly text: string; readonly reason: string },
): Promise<ErratumRow> {
  return await deps.db.begin(async (tx) => {
    const prediction = await requirePrediction(tx, idOrSlug);
    await lockPredictions(tx, [prediction.id]);
    if ((await listErrata(tx, [prediction.id], null)).length >= errataMax)
      throw new Refusal('conflict', `the prediction has ${errataMax} errata, which is the maximum`);
    const erratum = { id: deps.newId('err'), predictionId: prediction.id, ...input, recordedAt: deps.now() };
    await insertErratum(tx, erratum);
    await keepCurrentWords(tx, deps, prediction.id);
    await recordEvent(tx, deps, {
      type: 'prediction.erratum_added',
      occurredAt: erratum.recordedAt,
      predictionId: prediction.id,
      data: { prediction: predictionData(prediction), erratum: erratumData(erratum) },
    });
    return erratum;
  });
}

/** The errata of a prediction, oldest first. Refuses with `not_found`. */
export async function listPredictionErrata(deps: Deps, idOrSlug: string): Promise<ErratumRow[]> {
  const prediction = await requirePrediction(deps.db.sql, idOrSlug);
  return await listErrata(deps.db.sql, [prediction.id], null);
}
