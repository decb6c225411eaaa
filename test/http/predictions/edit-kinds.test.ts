import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { createArchive, gpt5 } from '../../support/claims.ts';
import {
  type Change,
  type ClaimState,
  changes,
  claimOf,
  claimStates,
  createOthers,
  recordSubject,
  refusalOf,
  type Subject,
  saidAsOf,
} from '../../support/edit-kinds.ts';
import { decide } from '../../support/forecasts.ts';
import type { Json } from '../../support/http-client.ts';
import { findCountDifferences } from '../../support/kept-counts.ts';
import { findDocumentDifferences } from '../../support/kept-documents.ts';
import { ledger } from '../../support/listings.ts';
import { samples } from '../../support/samples.ts';

/** A kind of change: what is changed, in which status of the claim. */
const kinds = claimStates.flatMap((state) =>
  changes.map((change) => ({ name: `${change.name}, ${state}`, change, state })),
);

const judged = { op: 'judged', question: 'Is it?' };
const fieldsOf: { readonly [State in ClaimState]: object } = {
  open: { criterion: judged },
  proposed: { criterion: { op: 'released', model: gpt5 } },
  resolved: { criterion: judged },
  disputed: { criterion: { op: 'not', of: { op: 'released', model: { ...gpt5, version: '6' } } } },
  withdrawn: { criterion: judged },
};

/** After the claims were recorded, and after everything that gave them their status. */
const moments = ['2026-01-15T12:30:00Z', '2026-01-17T06:00:00Z'] as const;

let world: ApiWorld;
let others: Awaited<ReturnType<typeof createOthers>>;
const subjects = new Map<string, Subject>();
beforeAll(async () => {
  world = await openApiWorld();
  others = await createOthers(world);
  await createArchive(world, 'vendor', { origin: 'vendor' });
  await createArchive(world, 'press', { origin: 'press', trust: 'curated', covers: [] });
  for (const { name, state } of kinds) subjects.set(name, await recordSubject(world, others, fieldsOf[state]));
  world.clock.set('2026-01-15T13:00:00Z');
  for (const { name, state } of kinds) {
    const { id } = subjectOf(name);
    if (state === 'resolved') await decide(world, id, 'no', '2026-01-15');
    if (state === 'disputed') await decide(world, id, 'yes', '2026-01-15');
    if (state === 'withdrawn') await world.admin(`DELETE /v1/predictions/${id}`);
  }
  world.clock.set('2026-01-17T00:00:00Z');
  // A curated feed alone proposes what a vendor's own feed settles, or disputes if a person decided otherwise.
  for (const [slug, id] of [
    ['press', 'gpt-5'],
    ['vendor', 'gpt-6'],
  ] as const) {
    const payload = ledger('2026-01-16', [{ id, released: '2026-01-10', published: '2026-01-16' }]);
    const snapshot = `POST /v1/feeds/${slug}/snapshots?observed_at=2026-01-17T00:00:00Z`;
    const { status } = await world.admin(snapshot, { body: JSON.stringify(payload) });
    expect(status).toBe(200);
  }
  world.clock.set('2026-01-17T12:00:00Z');
}, 300_000);
afterAll(() => world.close());

function subjectOf(name: string): Subject {
  const subject = subjects.get(name);
  if (subject === undefined) throw new Error(`no claim was recorded for ${name}`);
  return subject;
}

const saidAt = async (subject: Subject, at: readonly string[]): Promise<string[][]> =>
  await Promise.all(at.map((moment) => saidAsOf(world, subject, moment)));
const predictionOf = async ({ id }: Subject): Promise<Json> => (await world.anyone(`GET /v1/predictions/${id}`)).json;
const eventsOf = async ({ id }: Subject): Promise<Json[]> =>
  (await world.anyone(`GET /v1/events?prediction=${id}&limit=200`)).json.data;

/** What is counted and scored of the claims of both predictors; forecasts of what is open may be added to it. */
async function scoresOf({ predictor, otherPredictor }: Subject): Promise<Json[]> {
  const cards = [predictor, otherPredictor].map((id) => world.anyone(`GET /v1/predictors/${id}/scorecard`));
  return (await Promise.all(cards)).map(({ json }) => ({
    claims: json.claims,
    score: json.score,
    hindsight_score: json.hindsight_score,
    plain_claims: json.plain_claims.right + json.plain_claims.wrong,
  }));
}

/** Removing what a claim does not have is accepted in every status. */
function changesNothing({ name }: Change, before: Json): boolean {
  const field = /^edit (\w+) to null$/.exec(name)?.[1]?.replace(/_id$/, '');
  return field !== undefined && before[field] === null;
}

/** Makes a change in a status and checks what it did to the claim. The past is checked by the caller. */
async function make(change: Change, state: ClaimState, subject: Subject): Promise<void> {
  const before = await predictionOf(subject);
  const events = (await eventsOf(subject)).length;
  const scores = await scoresOf(subject);
  expect(before.status).toBe(state);
  const refusal = changesNothing(change, before) ? null : refusalOf(change, state);
  const { status, json } = await change.send(world, subject);
  expect([status < 300, json?.code ?? null]).toEqual([refusal === null, refusal]);
  const after = await predictionOf(subject);
  if (refusal !== null) {
    expect(after).toEqual(before);
    expect(await eventsOf(subject)).toHaveLength(events);
    return;
  }
  const isRepeated = change.effect === 'withdrawal' && state === 'withdrawn';
  const isTold = !isRepeated && change.effect !== 'beside' && change.effect !== 'forecast';
  const isSame = JSON.stringify(after) === JSON.stringify(before);
  if (isTold && !isSame) expect((await eventsOf(subject)).length).toBeGreaterThan(events);
  const isSettled = state === 'resolved' || state === 'disputed' || state === 'withdrawn';
  if (!isSettled || change.effect === 'decision') return;
  expect(claimOf(after)).toEqual(claimOf(before));
  expect(await scoresOf(subject)).toEqual(scores);
}

test('there are at least 60 kinds of change, each with a name of its own', () => {
  expect(new Set(kinds.map(({ name }) => name)).size).toBe(kinds.length);
  expect(kinds.length).toBeGreaterThanOrEqual(60);
});

describe('of every kind, a change is made or refused as a whole, and changes nothing that is said of the past', () => {
  test.each(kinds)('$name', async ({ name, change, state }) => {
    const subject = subjectOf(name);
    const said = await saidAt(subject, moments);
    await make(change, state, subject);
    expect(await saidAt(subject, moments)).toEqual(said);
  });

  test('the kept document of every claim says what an evaluation says', async () =>
    expect(await findDocumentDifferences({ db: world.db, deps: world.deps })).toEqual([]));

  test('the kept counts are those of the claims', async () => expect(await findCountDifferences(world)).toEqual([]));
});

test('of any sequence of changes, none changes what was said as of a moment before it', async () => {
  const step = fc.record({ change: fc.constantFrom(...changes), minutes: fc.integer({ min: 0, max: 90 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 6 }), async (steps) => {
      const subject = await recordSubject(world, others, { criterion: judged });
      const said = new Map<string, string[]>();
      for (const { change, minutes } of steps) {
        const moment = new Date(world.clock.now() + minutes * 60_000).toISOString();
        world.clock.advance(minutes * 60_000 + 1);
        said.set(moment, await saidAsOf(world, subject, moment));
        await make(change, (await predictionOf(subject)).status, subject);
        for (const [at, answers] of said) expect(await saidAsOf(world, subject, at)).toEqual(answers);
      }
    }),
    { numRuns: samples(40, 6) },
  );
}, 300_000);
