import { Refusal, type RefusalDetail } from '../../domain/refusal.ts';
import type { Sql } from '../../store/db.ts';
import type { Deps } from '../deps.ts';
import { type CreatedPrediction, createWithin, type PredictionInput } from './predictions.ts';

/** The most predictions of one batch. */
export const batchPredictionsMax = 100;

/** Time limit of the transaction of a batch. */
export const batchMsMax = 120_000;

/**
 * Creates predictions in one transaction: all or none. Refuses with the errors of every prediction that is invalid, with
 * pointers under `#/predictions/<index>`, and with the code of the first.
 */
export async function createPredictions(deps: Deps, inputs: readonly PredictionInput[]): Promise<CreatedPrediction[]> {
  return await deps.db.begin(
    async (tx) => {
      const created: CreatedPrediction[] = [];
      const refused: Refusal[] = [];
      // Continues after a refusal in order to find every error; the transaction is then rolled back as a whole.
      for (const [index, input] of inputs.entries()) {
        const result = await tryCreate(tx, deps, input, index);
        if (result instanceof Refusal) refused.push(result);
        else created.push(result);
      }
      const [first] = refused;
      if (first === undefined) return created;
      const detail = `nothing was created, because ${refused.length} of ${inputs.length} predictions were refused; see errors`;
      throw new Refusal(
        first.code,
        detail,
        refused.flatMap(({ errors }) => errors),
      );
    },
    { msMax: batchMsMax },
  );
}

async function tryCreate(
  tx: Sql,
  deps: Deps,
  input: PredictionInput,
  index: number,
): Promise<CreatedPrediction | Refusal> {
  try {
    return await createWithin(tx, deps, input);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return new Refusal(error.code, error.message, errorsUnder(error, `#/predictions/${index}`));
  }
}

/** The errors of a refusal with pointers into the batch. */
function errorsUnder({ message, errors }: Refusal, pointer: string): readonly RefusalDetail[] {
  if (errors.length === 0) return [{ detail: message, pointer }];
  return errors.map((error) => ({ detail: error.detail, pointer: `${pointer}${error.pointer.slice(1)}` }));
}
