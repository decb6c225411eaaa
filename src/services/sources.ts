import { Refusal } from '../domain/refusal.ts';
import { findSource, insertSource, listSources, type SourceRow } from '../store/sources.ts';
import type { Deps } from './deps.ts';

export type SourceInput = {
  readonly title: string;
  readonly url: string | null;
  readonly language: string | null;
  readonly author: string | null;
  readonly publishedAt: string | null;
};

export async function createSource(deps: Deps, input: SourceInput): Promise<SourceRow> {
  const source = { ...input, id: deps.newId('src'), createdAt: deps.now() };
  await insertSource(deps.db.sql, source);
  return source;
}

export async function findSourceById(deps: Deps, id: string): Promise<SourceRow> {
  const source = await findSource(deps.db.sql, id);
  if (source === null) throw new Refusal('not_found', `there is no source ${id}`);
  return source;
}

export async function listSourcePage(deps: Deps, page: { after: string | null; limit: number }): Promise<SourceRow[]> {
  return await listSources(deps.db.sql, page);
}
