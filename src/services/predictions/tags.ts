import { listTags as listTagRows, type TagRow } from '../../store/tags.ts';
import type { Deps } from '../deps.ts';

/** The tags in use, with the number of their predictions by status. */
export async function listTags(deps: Deps, page: { after: string | null; limit: number }): Promise<TagRow[]> {
  return await listTagRows(deps.db.sql, page);
}
