import type { Instant } from '../../domain/instant.ts';
import type { Sql } from '../../store/db.ts';
import { type FieldChange, insertEdit } from '../../store/history.ts';
import { insertWords, type PredictionWords } from '../../store/prediction-words.ts';
import type { PredictionRow } from '../../store/predictions.ts';

/** The fields that differ between two versions of the words. */
export function changesBetween(before: PredictionWords, after: PredictionWords): FieldChange[] {
  const fields: readonly (readonly [string, unknown, unknown])[] = [
    ['slug', before.slug, after.slug],
    ['statement', before.statement, after.statement],
    ['fine_print', before.finePrint, after.finePrint],
    ['locator', before.locator, after.locator],
    ['source_id', before.sourceId, after.sourceId],
    ['predictor_id', before.predictorId, after.predictorId],
    ['tags', before.tags, after.tags],
  ];
  return fields
    .filter(([, was, is]) => JSON.stringify(was) !== JSON.stringify(is))
    .map(([field, was, is]) => ({ field, before: was, after: is }));
}

/** Records an edit of a row, in its transaction: the fields that it changed, and the new version of the words. */
export async function recordEdit(
  tx: Sql,
  row: PredictionRow,
  edited: { words: PredictionWords; changes: readonly FieldChange[]; at: Instant },
): Promise<void> {
  const version = { edit: row.edits + 1, editedAt: edited.at };
  await insertEdit(tx, { predictionId: row.id, ...version, changes: edited.changes });
  await insertWords(tx, row.id, { ...version, words: edited.words });
}
