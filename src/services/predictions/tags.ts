import { listTags as listTagRows, type TagRow } from '../../store/tags.ts';
import type { Deps } from '../deps.ts';

/** The tags in use, each with how its predictions stand. */
export async function listTags(deps: Deps, page: { after: string | null; limit: number }): Promise<TagRow[]> {
  return await listTagRows(deps.db.sql, page);
}
