import { predictionData } from '../../domain/events/event-data.ts';
import { changesData, type WordsChange } from '../../domain/events/words-event.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Sql } from '../../store/db.ts';
import { insertEdit } from '../../store/history.ts';
import { claimSlug, insertWords, type PredictionWords } from '../../store/prediction-words.ts';
import {
  findPrediction,
  type PredictionRow,
  updatePrediction as updatePredictionRow,
} from '../../store/predictions.ts';
import { listPredictionResolutions } from '../../store/resolutions.ts';
import type { Deps } from '../deps.ts';
import { recordEvent } from '../events/outbox.ts';
import { keepCurrentWords } from './documents.ts';
import { requirePrediction, requireReferences, slugTaken, staleVersion, viewPrediction } from './predictions.ts';
import { type PredictionView, versionOf } from './views.ts';

export type PredictionEdit = {
  readonly slug?: string | undefined;
  readonly statement?: string | undefined;
  readonly finePrint?: string | null | undefined;
  readonly locator?: string | null | undefined;
  readonly sourceId?: string | null | undefined;
  readonly predictorId?: string | null | undefined;
  readonly tags?: readonly string[] | undefined;
};

/**
 * Edits a prediction, except its criterion. `expected` is the row version that the caller read; null for any. Refuses with
 * `frozen` to change what was claimed, by whom or where, once the prediction has been resolved or withdrawn.
 */
export async function updatePrediction(
  deps: Deps,
  idOrSlug: string,
  edit: PredictionEdit,
  expected: number | null,
): Promise<PredictionView> {
  return await deps.db.begin(async (tx) => {
    const row = await requirePrediction(tx, idOrSlug);
    await requireReferences(tx, edit);
    const resolutions = (await listPredictionResolutions(tx, row.id, null)).length;
    const version = versionOf(row, resolutions);
    if (expected !== null && expected !== version) throw staleVersion(version);
    const words = patched(row, edit);
    const changes = changesBetween(row, words);
    if (resolutions > 0) requireUnfrozen(changes, 'resolved');
    if (row.withdrawnAt !== null) requireUnfrozen(changes, 'withdrawn');
    if (changes.length > 0) await writeEdit(tx, deps, row, { words, changes, version });
    return await viewPrediction(tx, deps, row.id, null);
  });
}

function patched(row: PredictionRow, edit: PredictionEdit): PredictionWords {
  return {
    slug: edit.slug ?? row.slug,
    statement: edit.statement ?? row.statement,
    finePrint: edit.finePrint === undefined ? row.finePrint : edit.finePrint,
    locator: edit.locator === undefined ? row.locator : edit.locator,
    sourceId: edit.sourceId === undefined ? row.sourceId : edit.sourceId,
    predictorId: edit.predictorId === undefined ? row.predictorId : edit.predictorId,
    tags: edit.tags === undefined ? row.tags : [...new Set(edit.tags)],
  };
}

/** The fields that differ between two versions of the words. */
function changesBetween(before: PredictionWords, after: PredictionWords): WordsChange[] {
  const fields: readonly WordsChange[] = [
    { field: 'slug', before: before.slug, after: after.slug },
    { field: 'statement', before: before.statement, after: after.statement },
    { field: 'fine_print', before: before.finePrint, after: after.finePrint },
    { field: 'locator', before: before.locator, after: after.locator },
    { field: 'source_id', before: before.sourceId, after: after.sourceId },
    { field: 'predictor_id', before: before.predictorId, after: after.predictorId },
    { field: 'tags', before: before.tags, after: after.tags },
  ];
  return fields.filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after));
}

/** How a prediction is found, not what it claims: these fields stay editable. */
const neverFrozen: readonly WordsChange['field'][] = ['slug', 'tags'];

function requireUnfrozen(changes: readonly WordsChange[], since: 'resolved' | 'withdrawn'): void {
  const errors = changes
    .filter(({ field }) => !neverFrozen.includes(field))
    .map(({ field }) => ({
      detail: `${field} is frozen, because the prediction has been ${since}`,
      pointer: `#/${field}`,
    }));
  if (errors.length === 0) return;
  const names = errors.map(({ pointer }) => pointer.slice('#/'.length)).join(', ');
  throw new Refusal(
    'frozen',
    `the prediction has been ${since}, so ${names} cannot change; append a correction with POST /v1/predictions/{id}/errata`,
    errors,
  );
}

/** `version` is the row version that was read; the write is refused if it has changed since. */
async function writeEdit(
  tx: Sql,
  deps: Deps,
  row: PredictionRow,
  edit: { words: PredictionWords; changes: readonly WordsChange[]; version: number },
): Promise<void> {
  const { words, changes } = edit;
  const holder = words.slug === row.slug ? null : await findPrediction(tx, words.slug);
  if (holder !== null && holder.id !== row.id) throw slugTaken(words.slug);
  // Never before the previous version, even if the clock of another node is ahead: answers as of a time between must not change.
  const editedAt = Math.max(deps.now(), row.editedAt);
  const updated = await updatePredictionRow(tx, row.id, { expected: edit.version, words, now: editedAt });
  if (updated === 'stale') throw staleVersion(null);
  if (updated === 'slug_taken' || !(await claimSlug(tx, row.id, words.slug))) throw slugTaken(words.slug);
  const version = { edit: row.edits + 1, editedAt };
  await insertEdit(tx, { predictionId: row.id, ...version, changes });
  await insertWords(tx, row.id, { ...version, withdrawnAt: row.withdrawnAt, words });
  await keepCurrentWords(tx, deps, row.id);
  await recordEvent(tx, deps, {
    type: 'prediction.edited',
    occurredAt: editedAt,
    predictionId: row.id,
    data: { prediction: predictionData({ ...row, ...words }), changes: changesData(changes) },
  });
}
