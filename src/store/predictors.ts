import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';
import { deletingUnused } from './references.ts';

/** A person or organization that makes predictions. */
export type PredictorRow = {
  readonly id: string;
  readonly name: string;
  readonly url: string | null;
  readonly createdAt: Instant;
};

export async function insertPredictor(db: Sql, predictor: PredictorRow, seedKey: string | null = null): Promise<void> {
  await db`
    insert into predictors (id, name, url, seed_key, created_at)
    values (${predictor.id}, ${predictor.name}, ${predictor.url}, ${seedKey}, ${timestamp(predictor.createdAt)})`;
}

export async function findPredictor(db: Sql, id: string): Promise<PredictorRow | null> {
  const rows = await db<
    PredictorRow[]
  >`select id, name, url, created_at as "createdAt" from predictors where id = ${id}`;
  return rows[0] ?? null;
}

export async function findPredictorBySeedKey(db: Sql, seedKey: string): Promise<string | null> {
  const rows = await db<{ id: string }[]>`select id from predictors where seed_key = ${seedKey}`;
  return rows[0]?.id ?? null;
}

/** Oldest first, starting after an id. */
export async function listPredictors(db: Sql, page: { after: string | null; limit: number }): Promise<PredictorRow[]> {
  return await db<PredictorRow[]>`
    select id, name, url, created_at as "createdAt"
    from predictors where ${page.after}::text is null or id > ${page.after} order by id limit ${page.limit}`;
}

/** False if a prediction, an earlier version of its words or a forecast refers to it. */
export async function deletePredictor(db: Sql, id: string): Promise<boolean> {
  return await deletingUnused(db`delete from predictors where id = ${id}`);
}
