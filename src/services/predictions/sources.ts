import { Refusal } from '../../domain/refusal.ts';
import { countBySource, noPredictions, type PredictionCounts } from '../../store/prediction-counts.ts';
import {
  deleteSource as deleteSourceRow,
  findSource,
  insertSource,
  listSources as listSourceRows,
  type SourceRow,
} from '../../store/sources.ts';
import type { Deps } from '../deps.ts';

export type SourceInput = {
  readonly title: string;
  readonly url: string | null;
  readonly language: string | null;
  readonly author: string | null;
  readonly publishedAt: string | null;
};

/** A source with the number of its predictions by status. */
export type CountedSource = SourceRow & { readonly predictions: PredictionCounts };

export async function createSource(deps: Deps, input: SourceInput): Promise<CountedSource> {
  const source = { ...input, id: deps.newId('src'), createdAt: deps.now() };
  await insertSource(deps.db.sql, source);
  return { ...source, predictions: noPredictions };
}

export async function getSource(deps: Deps, id: string): Promise<CountedSource> {
  const source = await findSource(deps.db.sql, id);
  if (source === null) throw new Refusal('not_found', `there is no source ${id}`);
  const counts = await countBySource(deps.db.sql, [id]);
  return { ...source, predictions: counts.get(id) ?? noPredictions };
}

export async function listSources(deps: Deps, page: { after: string | null; limit: number }): Promise<CountedSource[]> {
  const sources = await listSourceRows(deps.db.sql, page);
  const counts = await countBySource(
    deps.db.sql,
    sources.map((source) => source.id),
  );
  return sources.map((source) => ({ ...source, predictions: counts.get(source.id) ?? noPredictions }));
}

/** Deletes a source that nothing refers to. Refuses with `conflict` if a prediction refers or referred to it, or a forecast. */
export async function deleteSource(deps: Deps, id: string): Promise<void> {
  await getSource(deps, id);
  if (await deleteSourceRow(deps.db.sql, id)) return;
  throw new Refusal(
    'conflict',
    'the source cannot be deleted, because predictions, earlier versions of them or forecasts refer to it',
  );
}
