import { type ClaimedEnd, claimFromEnd, type EndClaim } from '../../domain/ends/end-claim.ts';
import { endId } from '../../domain/ends/end-id.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Sql } from '../../store/db.ts';
import { type EndRow, findEnds, listOwnIds } from '../../store/ends.ts';
import { findFeed } from '../../store/feeds.ts';
import { findPrediction } from '../../store/predictions.ts';
import { findPredictorBySeedKey, insertPredictor } from '../../store/predictors.ts';
import { findSourceBySeedKey, insertSource } from '../../store/sources.ts';
import type { Deps } from '../deps.ts';
import { createWithin, viewPrediction } from '../predictions/predictions.ts';
import type { PredictionView } from '../predictions/views.ts';

/** A claim that was made from a stated end, and whether this request made it. */
export type ClaimFromEnd = { readonly view: PredictionView; readonly isNew: boolean };

/**
 * Makes the claim that a model is retired by the date that is stated for one of its ids, or returns the claim if it was made before.
 * Refuses with `validation_failed` if no end is stated or no criterion expresses it, and with `conflict` if another prediction
 * has its slug.
 */
export async function createEndClaim(
  deps: Deps,
  { vendor, id, recordedBy }: { readonly vendor: string; readonly id: string; readonly recordedBy: string },
): Promise<ClaimFromEnd> {
  return await deps.db.begin(async (tx) => {
    const claim = await findClaim(tx, { vendor, id: endId(deps.identity, id) });
    const known = await findPrediction(tx, claim.slug);
    if (known !== null) {
      if (known.fromEnd?.id !== claim.fromEnd.id || known.fromEnd.vendor !== vendor) throw slugHeld(claim, known.id);
      return { view: await viewPrediction(tx, deps, known.id, null), isNew: false };
    }
    const { fromEnd, ...words } = claim;
    const sourceId = await ensureSource(tx, deps, fromEnd);
    const predictorId = await ensurePredictor(tx, deps, fromEnd);
    const { view } = await createWithin(tx, deps, { ...words, sourceId, predictorId, fromEnd, recordedBy });
    return { view, isNew: true };
  });
}

async function findClaim(tx: Sql, key: { readonly vendor: string; readonly id: string }): Promise<EndClaim> {
  const end = (await findEnds(tx, [key])).find(({ scope }) => scope === 'vendor');
  const list = `GET /v1/ends?vendor=${encodeURIComponent(key.vendor)}&state=all`;
  if (end === undefined) throw refuse(`no end of ${key.id} at ${key.vendor} is stated; ${list} lists those that are`);
  const claim = claimFromEnd(end, await findOthers(tx, end));
  if (typeof claim === 'string') throw refuse(`no claim can be made from the end of ${key.id}: ${claim}`);
  return claim;
}

/** The other ends and ids of its model. */
async function findOthers(tx: Sql, { model, id }: EndRow) {
  const { vendor, slug } = model;
  if (slug === null) return { ends: [], listed: [] };
  const ends = await findEnds(tx, [{ vendor, slug }]);
  return { ends: ends.filter((end) => end.id !== id), listed: await listOwnIds(tx, model) };
}

function refuse(detail: string): Refusal {
  return new Refusal('validation_failed', detail, [{ detail, pointer: '#/id' }]);
}

function slugHeld({ slug }: EndClaim, holder: string): Refusal {
  return new Refusal(
    'conflict',
    `/v1/predictions/${holder} has the slug ${slug}; change its slug, and repeat the request`,
  );
}

/** One source for each feed. */
async function ensureSource(tx: Sql, deps: Deps, { feed }: ClaimedEnd): Promise<string | null> {
  const key = `ends of feed ${feed}`;
  const url = (await findFeed(tx, feed))?.url ?? null;
  const now = deps.now();
  const words = { title: `Ends of models in the feed ${feed}`, language: null, author: null, publishedAt: null };
  const isLink = url?.startsWith('http') === true;
  const row = { id: deps.newId('src'), ...words, url: isLink ? url : null, createdAt: now, edits: 1, editedAt: now };
  await insertSource(tx, row, key);
  return await findSourceBySeedKey(tx, key);
}

/** The vendor if a first party states the end; otherwise the feed. */
async function ensurePredictor(tx: Sql, deps: Deps, { by }: ClaimedEnd): Promise<string | null> {
  const key = `ends by ${by}`;
  const now = deps.now();
  await insertPredictor(
    tx,
    { id: deps.newId('who'), name: by, url: null, createdAt: now, edits: 1, editedAt: now },
    key,
  );
  return await findPredictorBySeedKey(tx, key);
}
