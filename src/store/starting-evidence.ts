import type { Stance } from '../domain/cases/stance.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';

/** An item of evidence that the seed file of a claim has. */
export type StartingEvidence = {
  readonly url: string | null;
  readonly locator: string;
  /** What the source says about the claim, in the words of the seed file. */
  readonly paraphrase: string;
  readonly stance: Stance;
};

export type ListedStartingEvidence = StartingEvidence & { readonly position: number; readonly recordedAt: Instant };

export async function insertStartingEvidence(
  db: Sql,
  predictionId: string,
  items: readonly StartingEvidence[],
  recordedAt: Instant,
): Promise<void> {
  if (items.length === 0) return;
  await db`
    insert into starting_evidence (prediction_id, position, url, locator, paraphrase, stance, recorded_at)
    select ${predictionId}, i.position, i.url, i.locator, i.paraphrase, i.stance, ${timestamp(recordedAt)}
    from unnest(${items.map(({ url }) => url)}::text[], ${items.map(({ locator }) => locator)}::text[],
      ${items.map(({ paraphrase }) => paraphrase)}::text[], ${items.map(({ stance }) => stance)}::text[])
      with ordinality as i(url, locator, paraphrase, stance, position)`;
}

/** The starting evidence about a claim, in the order of its file. */
export async function listStartingEvidence(db: Sql, predictionId: string): Promise<ListedStartingEvidence[]> {
  return await db<ListedStartingEvidence[]>`
    select position, url, locator, paraphrase, stance, recorded_at as "recordedAt" from starting_evidence
    where prediction_id = ${predictionId} order by position`;
}
