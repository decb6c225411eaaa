import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';

/** The editable fields of a prediction. */
export type PredictionWords = {
  readonly slug: string;
  readonly statement: string;
  readonly finePrint: string | null;
  readonly locator: string | null;
  readonly sourceId: string | null;
  readonly predictorId: string | null;
  readonly tags: readonly string[];
};

/**
 * Appends a version of the words, or the withdrawal of the prediction with the same words. `edit` is the number of edits
 * including this one; the creation is the first.
 */
export async function insertWords(
  db: Sql,
  predictionId: string,
  version: {
    readonly edit: number;
    readonly editedAt: Instant;
    readonly withdrawnAt: Instant | null;
    readonly words: PredictionWords;
  },
): Promise<void> {
  const { edit, editedAt, withdrawnAt, words } = version;
  await db`
    insert into prediction_words (prediction_id, edit, edited_at, withdrawn_at, slug, statement, fine_print, locator, source_id,
      predictor_id, tags)
    values (${predictionId}, ${edit}, ${timestamp(editedAt)}, ${timestamp(withdrawnAt)}, ${words.slug}, ${words.statement},
      ${words.finePrint}, ${words.locator}, ${words.sourceId}, ${words.predictorId}, ${words.tags})`;
}

/**
 * Gives a slug to a prediction for ever, so that links with a former slug keep working and answers for past moments do not
 * change. False if another prediction has or had it.
 */
export async function claimSlug(db: Sql, predictionId: string, slug: string): Promise<boolean> {
  const rows = await db`
    with claimed as (
      insert into prediction_slugs (slug, prediction_id) values (${slug}, ${predictionId}) on conflict (slug) do nothing returning slug)
    select slug from claimed
    union all select slug from prediction_slugs where slug = ${slug} and prediction_id = ${predictionId}`;
  return rows.length > 0;
}

/** The number of the version that stood at a moment, for statements over `predictions p`; the first for any earlier moment. */
export function editAt(db: Sql, asOf: Instant) {
  return db`coalesce((select max(x.edit) from prediction_words x where x.prediction_id = p.id and x.edited_at <= ${timestamp(asOf)}), 1)`;
}

/** The prediction that has or had a slug, as a subquery. */
export function holderOf(db: Sql, slug: string) {
  return db`(select s.prediction_id from prediction_slugs s where s.slug = ${slug})`;
}
