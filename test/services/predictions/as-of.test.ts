import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Instant } from '../../../src/domain/instant.ts';
import { type ListQuery, listPredictions } from '../../../src/services/predictions/lists.ts';
import { getPrediction } from '../../../src/services/predictions/predictions.ts';
import { resolveDue } from '../../../src/services/settling/resolver.ts';
import { claims, makeChance, makeHistory } from '../../support/history.ts';
import { read, record } from '../../support/play.ts';
import { openWorld, type World } from '../../support/world.ts';

const history = makeHistory(1, 24);
const moments: Instant[] = history.map((served) => served.at);

let world: World;
beforeAll(async () => {
  world = await openWorld();
  for (const { slug, criterion, evidencePolicy } of claims)
    await record(world, slug, criterion, { madeAt: '2024-12-20', evidencePolicy });
  for (const { slug, at, payload } of history) {
    world.clock.advance(at - world.clock.now());
    await resolveDue(world.deps);
    await read(world, slug, payload);
  }
});
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const ask: ListQuery = {
  filter: {},
  statuses: null,
  outcome: null,
  asOf: null,
  after: null,
  sort: 'recorded_at',
  limit: 3,
};

/** Every page of a listing, as slugs. */
async function listAll(more: Partial<ListQuery>, onPage: () => Promise<void> = async () => {}): Promise<string[]> {
  const slugs: string[] = [];
  let after: ListQuery['after'] = null;
  do {
    const page: Awaited<ReturnType<typeof listPredictions>> = await listPredictions(world.deps, {
      ...ask,
      ...more,
      after,
    });
    expect(page.views.length).toBeLessThanOrEqual(more.limit ?? ask.limit);
    slugs.push(...page.views.map((view) => view.prediction.slug));
    after = page.next;
    await onPage();
  } while (after !== null);
  return slugs;
}

describe('a list as of a moment', () => {
  test('filtered by status and outcome agrees with single requests for each prediction', async () => {
    const seen = new Set<string>();
    for (const asOf of [...moments.filter((_, index) => index % 6 === 0), null]) {
      const views = await Promise.all(claims.map((claim) => getPrediction(world.deps, claim.slug, asOf)));
      const standing = views.map((view) => ({ status: view.status, outcome: view.resolution?.outcome ?? null }));
      for (const statuses of [['open'], ['proposed'], ['disputed'], ['resolved'], ['open', 'resolved']] as const) {
        const among = (index: number) => statuses.some((status) => standing[index]?.status === status);
        const expected = claims.filter((_, index) => among(index)).map((claim) => claim.slug);
        expect(await listAll({ asOf, statuses })).toEqual(expected);
        if (expected.length > 0) seen.add(statuses.join(' or '));
      }
      for (const outcome of ['yes', 'no'] as const) {
        const expected = claims.filter((_, index) => standing[index]?.outcome === outcome).map((claim) => claim.slug);
        expect(await listAll({ asOf, outcome })).toEqual(expected);
        if (expected.length > 0) seen.add(outcome);
      }
    }
    expect([...seen].sort()).toEqual(
      expect.arrayContaining(['no', 'open', 'open or resolved', 'proposed', 'resolved', 'yes']),
    );
  });

  test('can be sorted in both directions', async () => {
    const forwards = await listAll({});
    expect(forwards).toEqual(claims.map((claim) => claim.slug));
    expect(await listAll({ sort: '-recorded_at' })).toEqual([...forwards].reverse());
  });

  test('distinguishes its filters', async () => {
    expect(await listAll({ filter: { vendor: 'anthropic' } })).toEqual(['opus-in-time', 'either']);
    expect(await listAll({ filter: { q: 'STATEMENT of opus' } })).toEqual(['opus-in-time']);
    expect(await listAll({ filter: { q: '%' } })).toEqual([]);
  });
});

describe('pages', () => {
  test('are complete and without duplicates while predictions are being recorded', async () => {
    const chance = makeChance(7);
    let recorded = 0;
    const before = await listAll({ limit: 100 });
    const insert = async () => {
      if (chance() < 0.3 || recorded > 20) return;
      recorded += 1;
      await record(world, `later-${recorded}`, { op: 'judged', question: 'Later?' });
    };
    const walked = await listAll({ limit: 2 }, insert);
    expect(walked.slice(0, before.length)).toEqual(before);
    expect(new Set(walked).size).toBe(walked.length);
    const backwards = await listAll({ limit: 2, sort: '-recorded_at' }, insert);
    expect(new Set(backwards).size).toBe(backwards.length);
    expect(backwards).toEqual(expect.arrayContaining(before));
  });
});
