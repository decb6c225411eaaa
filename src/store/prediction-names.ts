import type { Sql } from './db.ts';

/** The predictions that ids or slugs name. */
export async function listPredictionNames(
  db: Sql,
  idsOrSlugs: readonly string[],
): Promise<{ readonly id: string; readonly slug: string }[]> {
  return await db<{ id: string; slug: string }[]>`
    select id, slug from predictions
    where id = any(${idsOrSlugs as string[]}) or slug = any(${idsOrSlugs as string[]}) order by id`;
}
