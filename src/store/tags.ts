import type { Sql } from './db.ts';
import { countColumns, type PredictionCounts } from './prediction-counts.ts';

export type TagRow = PredictionCounts & { readonly tag: string };

/** Tags by code point, starting after one. Scans every prediction that has tags. */
export async function listTags(db: Sql, page: { after: string | null; limit: number }): Promise<TagRow[]> {
  return await db<TagRow[]>`
    select t.tag, ${countColumns(db)}
    from predictions p cross join unnest(p.tags) t (tag)
    ${page.after === null ? db`` : db`where t.tag collate "C" > ${page.after}`}
    group by t.tag order by t.tag collate "C" limit ${page.limit}`;
}
