import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createIdentityAddition, getIdentity } from '../../../src/services/identity/curation.ts';
import { withCurrentIdentity } from '../../../src/services/identity/identity.ts';
import { getPredictionExplanation } from '../../../src/services/predictions/explanations.ts';
import { createPredictionResolution } from '../../../src/services/predictions/resolutions.ts';
import { resolveDue, resolveEverything } from '../../../src/services/settling/resolver.ts';
import { gptReleased, ledger, litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { events, eventTypes, misreported, readAgain, readAt, record, resolutions, view } from '../../support/play.ts';
import { catalogues, openWorld, type World } from '../../support/world.ts';

/** Resolutions that names were read for which are read otherwise by now. */

const reviewed = { slug: 'reviewed', adapter: 'ledger', url: 'https://reviewed.test/ledger.json' };
let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset({ now: '2025-02-01T00:00:00Z', feeds: [...catalogues, reviewed] }));
afterEach(async () => {
  expect(world.errors).toEqual([]);
  expect(await misreported(world)).toEqual([]);
});
afterAll(() => world.close());

const secret = 'gpt-next-secret';
const entry = { kind: 'alias', id: secret, means: 'gpt-5' } as const;

async function curate(change: { entry: typeof entry | null; supersedes?: string }): Promise<string> {
  const { version } = await getIdentity(world.deps);
  const input = { supersedes: null, reason: 'Its vendor says so.', sourceUrl: null, ...change };
  return (await createIdentityAddition(world.deps, input, { decidedBy: 'curator', expected: version })).id;
}

const lists = (more: readonly string[]) => ({
  litellm: litellm([...oldModels, ...more]),
  'models-dev': modelsDev([...oldModels, ...more]),
});

/** YES by two catalogues that list a name which an addition reads as GPT-5; answers the addition. */
async function settleByAddition(): Promise<string> {
  await readAt(world, '2025-02-01', lists([]));
  await record(world, 'five', gptReleased('5'), { madeAt: '2025-01-15' });
  await readAt(world, '2025-02-10', lists([secret]));
  await readAgain(world, '2025-02-12');
  const id = await curate({ entry });
  expect((await view(world, 'five')).status).toBe('resolved');
  return id;
}

/** A name that nobody can read yet is proposed as what it may be. */
const expectedTypes = ['prediction.created', 'prediction.proposed', 'prediction.resolved', 'prediction.disputed'];

test('revoking an addition disputes once what it settled, from then on, without changing the outcome', async () => {
  const id = await settleByAddition();
  const answer = await resolutions(world, 'five');
  world.clock.set('2025-02-20');
  await curate({ entry: null, supersedes: id });
  await resolveDue(await withCurrentIdentity(world.deps));
  await resolveEverything(await withCurrentIdentity(world.deps));
  expect(await resolutions(world, 'five')).toEqual(answer);
  expect(await eventTypes(world, 'five')).toEqual(expectedTypes);
  const dispute = (await events(world, 'five')).at(-1);
  expect(dispute?.data.leaning).toMatchObject({
    outcome: null,
    text: expect.stringMatching(/^Since this was resolved, the identity data or the measured coverage has changed/),
  });
  const { status, review } = await view(world, 'five');
  expect(status).toBe('disputed');
  expect(review?.supporting).toEqual({ witnesses: [], coverage: [], more: 0 });
  expect(review?.contradicting.witnesses.map((witness) => witness.name)).toEqual([secret, secret]);
  expect((await view(world, 'five', '2025-02-19')).status).toBe('resolved');
});

test('a person settles that dispute, and it does not recur', async () => {
  const id = await settleByAddition();
  world.clock.set('2025-02-20');
  await curate({ entry: null, supersedes: id });
  const decision = {
    outcome: 'annulled',
    reasonCode: 'criterion_defective',
    reason: 'The name is none of GPT-5.',
  } as const;
  await createPredictionResolution(world.deps, 'five', {
    ...decision,
    effectiveAt: '2025-02-20',
    evidence: [],
    decidedBy: 'ana',
  });
  await resolveEverything(await withCurrentIdentity(world.deps));
  expect((await view(world, 'five')).status).toBe('resolved');
  expect((await resolutions(world, 'five')).at(-1)).toMatch(/^annulled/);
});

test('an addition that reads the name again does not settle the dispute: a person does', async () => {
  const id = await settleByAddition();
  world.clock.set('2025-02-20');
  await curate({ entry: null, supersedes: id });
  world.clock.set('2025-02-21');
  await curate({ entry });
  await resolveEverything(await withCurrentIdentity(world.deps));
  expect((await view(world, 'five')).status).toBe('disputed');
  expect(await eventTypes(world, 'five')).toEqual(expectedTypes);
});

test('revoking an unrelated addition disputes nothing, even if later evidence makes the verdict undetermined', async () => {
  await readAt(world, '2025-02-01', lists([]));
  await record(world, 'in-time', gptReleased('5', { by: '2025-02-14' }), { madeAt: '2025-01-15' });
  await readAt(world, '2025-02-10', lists(['gpt-5']));
  await readAgain(world, '2025-02-12');
  expect((await view(world, 'in-time')).status).toBe('resolved');
  const later = ledger('2025-03-01', [{ id: 'gpt-5', released: '2025-02-20', published: '2025-03-01' }]);
  await readAt(world, '2025-03-03', { reviewed: later });
  world.clock.set('2025-03-05');
  expect((await getPredictionExplanation(world.deps, 'in-time', null)).evaluation.verdict).toBe('undetermined');
  await curate({ entry: { ...entry, means: 'gpt-5' } });
  await resolveEverything(await withCurrentIdentity(world.deps));
  expect((await view(world, 'in-time')).status).toBe('resolved');
});
