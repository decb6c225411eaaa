import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { updatePrediction } from '../../../src/services/predictions/edits.ts';
import { readDocument } from '../../../src/services/predictions/read-document.ts';
import {
  createPredictionResolution,
  listPredictionResolutions,
} from '../../../src/services/predictions/resolutions.ts';
import type { PredictionView } from '../../../src/services/predictions/views.ts';
import { resolveDue } from '../../../src/services/settling/resolver.ts';
import type { Database } from '../../../src/store/db.ts';
import type { ResolutionRow } from '../../../src/store/resolutions.ts';
import { claims, makeChance, makeHistory } from '../../support/history.ts';
import { gptReleased, litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { misreported, read, readAt, record, view } from '../../support/play.ts';
import { instantOf, openWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset());
afterEach(async () => {
  expect(world.errors).toEqual([]);
  expect(await misreported(world)).toEqual([]);
});
afterAll(() => world.close());

const before = { litellm: litellm(oldModels), 'models-dev': modelsDev(oldModels) };

/** How a prediction stands follows from its rows and the evidence, and from nothing else. */
function expectDerived(now: PredictionView, rows: readonly ResolutionRow[]): void {
  const { status, resolution, leaning, review, standing, prediction } = now;
  expect(resolution?.id ?? null).toBe(rows.at(-1)?.id ?? null);
  expect(['resolved', 'disputed'].includes(status) || resolution === null).toBe(true);
  expect(status === 'resolved').toBe(resolution !== null && leaning === null);
  expect(leaning !== null).toBe(status === 'proposed' || status === 'disputed');
  expect(review?.leaning ?? null).toEqual(leaning);
  expect(standing === null || resolution === null).toBe(true);
  expect(now.version).toBe(prediction.edits + prediction.criterionVersion - 1 + rows.length);
  expect(rows.map((row) => row.supersedes)).toEqual([null, ...rows.map((row) => row.id)].slice(0, rows.length));
  for (const row of rows) if (row.decidedBy === 'resolver') expect(['yes', 'no']).toContain(row.outcome);
}

describe('over a random history with occasional decisions by people,', () => {
  test('the status follows from rows and evidence, and no row is ever removed', async () => {
    const chance = makeChance(8);
    for (const { slug, criterion, evidencePolicy } of claims)
      await record(world, slug, criterion, { madeAt: '2024-12-20', evidencePolicy });
    const kept = new Map<string, readonly ResolutionRow[]>();
    const seen = new Set<string>();
    for (const { slug, at, payload } of makeHistory(8, 14)) {
      world.clock.advance(at - world.clock.now());
      await resolveDue(world.deps);
      await read(world, slug, payload);
      if (chance() < 0.3) await decide(claims[Math.floor(chance() * claims.length)]?.slug ?? 'gpt-5', chance);
      for (const claim of claims) {
        const rows = await listPredictionResolutions(world.deps, claim.slug);
        const earlier = kept.get(claim.slug) ?? [];
        expect(rows.slice(0, earlier.length)).toEqual(earlier);
        kept.set(claim.slug, rows);
        const now = await view(world, claim.slug);
        expectDerived(now, rows);
        seen.add(now.status).add(now.resolution?.outcome ?? 'none');
      }
    }
    expect([...seen]).toEqual(expect.arrayContaining(['open', 'proposed', 'resolved', 'yes', 'no', 'none']));
  });
});

async function decide(slug: string, chance: () => number): Promise<void> {
  const outcome = (['yes', 'no', 'ambiguous', 'annulled'] as const)[Math.floor(chance() * 4)] ?? 'no';
  await createPredictionResolution(world.deps, slug, {
    outcome,
    effectiveAt: '2025-01-01',
    reasonCode: 'evidence_reviewed',
    reason: 'I looked.',
    evidence: [],
    decidedBy: 'curator',
  });
}

describe('the database', () => {
  beforeEach(async () => {
    await readAt(world, '2025-01-01', before);
    await record(world, 'claim', gptReleased('5', { from: '2025-01-01', by: '2025-01-31' }));
    await readAt(world, '2025-02-10', before);
    expect((await view(world, 'claim')).resolution?.outcome).toBe('no');
  });

  test.each(['resolutions', 'criteria', 'events', 'observations'])(
    'rejects changes and deletions in %s',
    async (table) => {
      const { sql } = world.db;
      await expect(sql`delete from ${sql(table)}`).rejects.toThrow(/append-only/);
      const column = { resolutions: 'outcome', criteria: 'reason', events: 'body', observations: 'name' }[table] ?? '';
      await expect(sql`update ${sql(table)} set ${sql(column)} = null`).rejects.toThrow(/append-only/);
    },
  );

  test.each([
    ['too_early', 'curator', 'resolutions_outcome_check'],
    ['undetermined', 'resolver', 'resolutions_outcome_check'],
    ['ambiguous', 'resolver', 'resolver_says_yes_or_no'],
    ['annulled', 'resolver', 'resolver_says_yes_or_no'],
  ])('rejects the outcome %s by a %s', async (outcome, by, constraint) => {
    const written = world.db.sql`
      insert into resolutions (id, prediction_id, criterion_version, outcome, effective_at, known_at, decided_at, decided_by,
        reason_code, reason, evaluator_version, identity_version, supersedes)
      select 'res_x', prediction_id, 1, ${outcome}, effective_at, known_at, decided_at, ${by}, 'x', 'x', '1', '1', id from resolutions`;
    await expect(written).rejects.toMatchObject({ constraint_name: constraint });
  });
});

describe('hindsight', () => {
  const decided = (effectiveAt: string) =>
    createPredictionResolution(world.deps, 'claim', {
      outcome: 'yes',
      effectiveAt,
      reasonCode: 'judged',
      reason: 'So it was.',
      evidence: [],
      decidedBy: 'curator',
    });

  test.each([
    ['2024-12-31', true],
    ['2024-12/2024-12-31', true],
    ['2025-01-01', false],
    ['2024-12-01/2025-01-01', false],
  ])('marks an event before the recording, decided by a person with %s: %s', async (effectiveAt, expected) => {
    await record(world, 'claim', { op: 'judged', question: 'Was it?' }, { madeAt: '2024-11-01' });
    world.clock.set('2025-06-01');
    await decided(effectiveAt);
    expect((await view(world, 'claim')).hindsight).toBe(expected);
  });

  test('marks a deadline before the recording, even if nobody knew yet that it was missed', async () => {
    await readAt(world, '2025-01-01', before);
    world.clock.set('2025-01-12');
    await record(world, 'late', gptReleased('5', { from: '2025-01-01', by: '2025-01-10' }));
    await record(world, 'in-time', gptReleased('5', { from: '2025-01-01', by: '2025-01-12' }));
    await readAt(world, '2025-01-20', before);
    expect(await view(world, 'late')).toMatchObject({ status: 'resolved', hindsight: true });
    expect(await view(world, 'in-time')).toMatchObject({ status: 'resolved', hindsight: false });
  });

  test('remains when a later resolution amends what was known before the recording', async () => {
    await readAt(world, '2025-01-01', before);
    await readAt(world, '2025-02-10', before);
    world.clock.set('2025-02-11');
    await record(world, 'claim', gptReleased('5', { from: '2025-01-01', by: '2025-01-31' }));
    world.clock.set('2025-03-01');
    await decided('2025-02-20');
    const amended = await view(world, 'claim');
    expect(amended).toMatchObject({
      hindsight: true,
      resolution: { outcome: 'yes', knownAt: instantOf('2025-03-01') },
    });
  });
});

describe('the document of a prediction', () => {
  test('is read from the database once until something may have changed, where no other process can change it', async () => {
    // Parts of statements count, too.
    let statements = 0;
    const { reads } = world.db;
    const counting = (...template: Parameters<typeof reads>) => {
      statements += 1;
      return reads(...template);
    };
    const db: Database = { ...world.db, reads: Object.assign(counting, reads) as typeof reads }; // the same members
    const text = async () => (await readDocument(db.reads, { ...world.deps, db }, 'claim'))?.text;
    await record(world, 'claim', { op: 'judged', question: 'Was it?' }, { madeAt: '2024-11-01' });
    const first = await text();
    expect(await text()).toBe(first);
    const before = statements;
    expect(await text()).toBe(first);
    expect(statements > before).toBe(world.db.changeCount === null);
    await updatePrediction(world.deps, 'claim', { statement: 'It is so.' }, null);
    expect(await text()).toContain('It is so.');
    await decide('claim', () => 0);
    expect(await text()).toContain('"status":"resolved"');
  });
});
