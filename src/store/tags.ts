import type { Sql } from './db.ts';
import { countColumns, type PredictionCounts, totalCount } from './prediction-counts.ts';

export type TagRow = PredictionCounts & { readonly tag: string };

/** Tags by code point, starting after one. */
export async function listTags(db: Sql, page: { after: string | null; limit: number }): Promise<TagRow[]> {
  return await db<TagRow[]>`
    select c.name as tag, ${countColumns(db)}
    from prediction_counts c where c.kind = 'tag' ${page.after === null ? db`` : db`and c.name > ${page.after}`}
    group by c.name having ${totalCount(db)} > 0 order by c.name limit ${page.limit}`;
}
