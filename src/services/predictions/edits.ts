import type { Instant } from '../../domain/instant.ts';
import type { Sql } from '../../store/db.ts';
import { insertEdit } from '../../store/history.ts';
import type { PredictionPatch, PredictionRow } from '../../store/predictions.ts';

/** Records which fields an edit changed, in its transaction. `edit` is the number of edits including this one. */
export async function recordEdit(
  tx: Sql,
  row: PredictionRow,
  patch: PredictionPatch,
  edited: { edit: number; at: Instant },
): Promise<void> {
  const fields: readonly (readonly [string, unknown, unknown])[] = [
    ['slug', row.slug, patch.slug],
    ['statement', row.statement, patch.statement],
    ['fine_print', row.finePrint, patch.finePrint],
    ['locator', row.locator, patch.locator],
    ['source_id', row.sourceId, patch.sourceId],
    ['predictor_id', row.predictorId, patch.predictorId],
    ['tags', row.tags, patch.tags],
  ];
  const changes = fields
    .filter(([, before, after]) => JSON.stringify(before) !== JSON.stringify(after))
    .map(([field, before, after]) => ({ field, before, after }));
  await insertEdit(tx, { predictionId: row.id, edit: edited.edit, editedAt: edited.at, changes });
}
