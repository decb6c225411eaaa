import type { ModelName } from '../domain/criterion/pattern.ts';
import type { NumberBounds } from '../domain/criterion/stated-ask.ts';
import type { Sql } from './db.ts';

/**
 * Finds models by the numbers that feeds state about them, such as prices and context sizes. Each model whose vendor's own
 * rows, or a first-party feed, ever stated a number that satisfies one of `asks` is listed once.
 */
export async function listModelsStating(db: Sql, asks: readonly NumberBounds[]): Promise<ModelName[]> {
  const found = new Map<string, ModelName>();
  for (const ask of asks)
    for (const row of await listStating(db, ask)) found.set(JSON.stringify(Object.values(row)), row);
  return [...found.values()];
}

/** The materialized CTE forces the index on that number. Rows of hosts are excluded, since their numbers are their own. */
async function listStating(db: Sql, { name, is, vendor, family }: NumberBounds): Promise<ModelName[]> {
  const value = statedNumber(db, name);
  return await db<ModelName[]>`
    with stated as materialized (
      select o.feed_id, o.item_key from observations o
      where ${value} is not null
        ${is.gte === undefined ? db`` : db`and ${value} >= ${is.gte}`} ${is.gt === undefined ? db`` : db`and ${value} > ${is.gt}`}
        ${is.lte === undefined ? db`` : db`and ${value} <= ${is.lte}`} ${is.lt === undefined ? db`` : db`and ${value} < ${is.lt}`}
        ${is.eq === undefined ? db`` : db`and ${value} = ${is.eq}`})
    select distinct r.vendor, r.family, r.model_version as version, r.tier
    from stated s
    join item_readings r on r.feed_id = s.feed_id and r.item_key = s.item_key
    join feeds f on f.id = s.feed_id
    where r.outcome = 'model' and (r.own or f.trust = 'first_party')
      ${vendor === 'any' ? db`` : db`and r.vendor = ${vendor}`} ${family === 'any' ? db`` : db`and r.family = ${family}`}
    order by 1, 2, 3, 4`;
}

/** Written out for each name, to match the expression of its index. */
function statedNumber(db: Sql, name: NumberBounds['name']) {
  switch (name) {
    case 'input_usd_per_mtok':
      return db`(o.item->'attributes'->>'input_usd_per_mtok')::float8`;
    case 'output_usd_per_mtok':
      return db`(o.item->'attributes'->>'output_usd_per_mtok')::float8`;
    case 'context_tokens':
      return db`(o.item->'attributes'->>'context_tokens')::float8`;
    case 'parameters':
      return db`(o.item->'attributes'->>'parameters')::float8`;
  }
}
