import type { Instant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Sql } from '../../store/db.ts';
import { countBySource, noPredictions, type PredictionCounts } from '../../store/prediction-counts.ts';
import {
  deleteSource as deleteSourceRow,
  findSource,
  insertSource,
  listSources as listSourceRows,
  type SourceRow,
  type SourceWords,
  updateSource as updateSourceRow,
} from '../../store/sources.ts';
import type { Deps } from '../deps.ts';
import { staleVersion } from './predictions.ts';

/** A source with the number of its predictions by status now; null for a source at a past moment. */
export type CountedSource = SourceRow & { readonly predictions: PredictionCounts | null };

export async function createSource(deps: Deps, input: SourceWords): Promise<CountedSource> {
  const now = deps.now();
  const source = { ...input, id: deps.newId('src'), createdAt: now, edits: 1, editedAt: now };
  await insertSource(deps.db.sql, source);
  return { ...source, predictions: noPredictions };
}

/** A source with its words at `asOf`, or now if it is null. Refuses with `not_found`. */
export async function getSource(deps: Deps, id: string, asOf: Instant | null = null): Promise<CountedSource> {
  const source = await requireSource(deps.db.sql, id, asOf);
  if (asOf !== null) return { ...source, predictions: null };
  const counts = await countBySource(deps.db.sql, [id]);
  return { ...source, predictions: counts.get(id) ?? noPredictions };
}

async function requireSource(db: Sql, id: string, asOf: Instant | null): Promise<SourceRow> {
  const source = await findSource(db, id, asOf);
  if (source === null) throw new Refusal('not_found', `there is no source ${id}`);
  return source;
}

export async function listSources(
  deps: Deps,
  page: { asOf: Instant | null; after: string | null; limit: number },
): Promise<CountedSource[]> {
  const sources = await listSourceRows(deps.db.sql, page);
  if (page.asOf !== null) return sources.map((source) => ({ ...source, predictions: null }));
  const counts = await countBySource(
    deps.db.sql,
    sources.map((source) => source.id),
  );
  return sources.map((source) => ({ ...source, predictions: counts.get(source.id) ?? noPredictions }));
}

export type SourceEdit = { readonly [Field in keyof SourceWords]?: SourceWords[Field] | undefined };

/**
 * Corrects the words of a source as a new version. An edit without a change creates no version. `expected` is the
 * version that the caller read; null for any.
 */
export async function updateSource(
  deps: Deps,
  id: string,
  edit: SourceEdit,
  expected: number | null,
): Promise<CountedSource> {
  const { sql } = deps.db;
  const row = await requireSource(sql, id, null);
  if (expected !== null && expected !== row.edits) throw staleVersion(row.edits, 'source');
  const words: SourceWords = {
    title: edit.title ?? row.title,
    url: edit.url === undefined ? row.url : edit.url,
    language: edit.language === undefined ? row.language : edit.language,
    author: edit.author === undefined ? row.author : edit.author,
    publishedAt: edit.publishedAt === undefined ? row.publishedAt : edit.publishedAt,
  };
  const changed = { ...row, ...words };
  if (JSON.stringify(changed) !== JSON.stringify(row)) {
    // Never before the previous version, even if the clock of another node is ahead.
    const now = Math.max(deps.now(), row.editedAt);
    if (!(await updateSourceRow(sql, id, { expected: row.edits, words, now }))) throw staleVersion(null, 'source');
  }
  return await getSource(deps, id);
}

/** Deletes a source. Refuses with `conflict` if a forecast or any version of a prediction refers to it. */
export async function deleteSource(deps: Deps, id: string): Promise<void> {
  await getSource(deps, id);
  if (await deleteSourceRow(deps.db.sql, id)) return;
  throw new Refusal(
    'conflict',
    `the source cannot be deleted, because predictions, earlier versions of them or forecasts refer to it; see GET /v1/predictions?source=${id}`,
  );
}
