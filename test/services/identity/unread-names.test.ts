import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { UnreadSighting } from '../../../src/domain/evidence/timeline.ts';
import { readIdentityTable } from '../../../src/domain/identity/table.ts';
import { checkIdentityAddition, createIdentityAddition } from '../../../src/services/identity/curation.ts';
import { refreshIdentity, withCurrentIdentity } from '../../../src/services/identity/identity.ts';
import { loadUnread } from '../../../src/services/identity/unread-names.ts';
import { listUnreadSightings } from '../../../src/store/unread-names.ts';
import { gptReleased, litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { readAt, record } from '../../support/play.ts';
import { instantOf, openWorld, readIdentityData, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset());
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const gpt = [{ vendor: 'openai', family: 'gpt' }];
const nova = 'gpt-6-nova';

async function unread(watches = gpt, until = '2099-01-01'): Promise<readonly UnreadSighting[]> {
  return await loadUnread(world.db.sql, watches, instantOf(until));
}

async function names(): Promise<string[]> {
  return (await unread()).map(({ name }) => name);
}

/** Alias additions in force. */
async function addAlias(id: string, fields: { means?: string; reason?: 'codename' }) {
  const input = {
    entry: { kind: 'alias' as const, id, ...fields },
    supersedes: null,
    reason: 'Reviewed.',
    sourceUrl: null,
  };
  const deps = await withCurrentIdentity(world.deps);
  const report = await checkIdentityAddition(deps, input);
  const expected = report.identityVersion.before;
  return await createIdentityAddition(deps, input, { decidedBy: 'key_1', expected });
}

describe('partially parsed names', () => {
  test("are stored with their first listing in each feed, and with whether the feed's first read had them", async () => {
    await readAt(world, '2025-01-01', { litellm: litellm(oldModels), 'models-dev': modelsDev([...oldModels, nova]) });
    await readAt(world, '2025-01-05', { litellm: litellm([...oldModels, nova]), 'models-dev': modelsDev(oldModels) });
    await readAt(world, '2025-01-09', { litellm: litellm(oldModels), 'models-dev': modelsDev([...oldModels, nova]) });
    const partial = {
      outcome: 'partial',
      reason: 'unrecognised',
      name: nova,
      vendor: 'openai',
      family: 'gpt',
      version: '6',
      tiers: [],
      unknown: ['nova'],
      own: true,
      host: null,
    };
    const found = await unread();
    expect(found).toMatchObject([
      { name: nova, partial, seenFrom: instantOf('2025-01-01'), inFirstRead: true },
      { name: nova, partial, seenFrom: instantOf('2025-01-05'), inFirstRead: false },
    ]);
    const observations = await world.db.sql`select item_key as "itemKey", observed_at as "observedAt" from observations
      where id = any(${found.map(({ observationId }) => observationId)}) order by observed_at`;
    expect(observations.map(({ observedAt }) => observedAt)).toEqual(found.map(({ seenFrom }) => seenFrom));
    expect(await unread(gpt, '2025-01-04')).toHaveLength(1);
  });

  test('of hosts are not stored', async () => {
    await readAt(world, '2025-01-01', { litellm: litellm({ 'azure/gpt-6-nova': { host: 'azure' } }) });
    expect(await unread([{ vendor: 'any', family: 'any' }])).toEqual([]);
  });

  test('are listed up to a limit, most recently seen first', async () => {
    await readAt(world, '2025-01-01', { litellm: litellm(['gpt-6-nova']) });
    await readAt(world, '2025-01-02', { litellm: litellm(['gpt-6-nova', 'gpt-6-zeta', 'gpt-6-argon']) });
    const page = { until: instantOf('2025-02-01'), limit: 2 };
    const rows = await listUnreadSightings(world.db.sql, gpt, page);
    expect(rows.map(({ name }) => name).sort()).toEqual(['gpt-6-argon', 'gpt-6-zeta']);
  });

  test('remain unrecognised and without a family in the stored observations', async () => {
    await readAt(world, '2025-01-01', { litellm: litellm([nova]) });
    const rows = await world.db.sql`select outcome, reason, vendor, family, own from item_readings`;
    expect(rows).toEqual([{ outcome: 'none', reason: 'unrecognised', vendor: 'openai', family: null, own: false }]);
  });
});

describe('new identity data', () => {
  test('removes a name that it parses or declares not to be a model; a withdrawn addition restores it', async () => {
    await readAt(world, '2025-01-01', { litellm: litellm([...oldModels, nova, 'gpt-6-zeta']) });
    expect((await names()).sort()).toEqual([nova, 'gpt-6-zeta']);
    const { id } = await addAlias(nova, { means: 'gpt-5' });
    expect(await names()).toEqual(['gpt-6-zeta']);
    await addAlias('gpt-6-zeta', { reason: 'codename' });
    expect(await names()).toEqual([]);
    const back = { entry: null, supersedes: id, reason: 'It was wrong.', sourceUrl: null };
    const { identityVersion } = await checkIdentityAddition(world.deps, back);
    await createIdentityAddition(world.deps, back, { decidedBy: 'key_1', expected: identityVersion.before });
    expect(await names()).toEqual([nova]);
  });

  test('of a newer program parses stored names partially or completely', async () => {
    await readAt(world, '2025-01-01', { litellm: litellm([...oldModels, nova, 'zephyr-7']) });
    expect(await names()).toEqual([nova]);
    const data = readIdentityData();
    const aliases = [
      ...data.aliases,
      { id: nova, means: 'gpt-5', source: 'https://example.com/review' },
      { id: 'zephyr-7', means: 'gpt-7-zephyr', source: 'https://example.com/review' },
    ];
    const identity = readIdentityTable({ ...data, version: '2099-01-01.1', aliases });
    await refreshIdentity({ ...world.deps, identity });
    expect((await unread()).map(({ name, partial }) => [name, partial.name])).toEqual([['zephyr-7', 'gpt-7-zephyr']]);
  });

  test('evaluates the predictions that a name may concern', async () => {
    await record(world, 'gpt-6', gptReleased('6'));
    await record(world, 'claude', { op: 'released', model: { vendor: 'anthropic', family: 'claude', tier: null } });
    await readAt(world, '2025-01-01', { litellm: litellm([...oldModels, nova]) });
    const { report } = await addAlias(nova, { reason: 'codename' });
    expect(report).toMatchObject({ itemsChanged: 1, predictionsLookedAt: 1 });
  });
});

describe('a new name', () => {
  /** Which of the predictions a read at a time evaluates. */
  async function evaluatedBy(time: string, payload: object): Promise<string[]> {
    await world.db.sql`update predictions set evaluated_with = null`;
    await readAt(world, time, { litellm: payload });
    const rows = await world.db.sql<{ slug: string }[]>`
      select slug from predictions where evaluated_with is not null order by slug`;
    return rows.map(({ slug }) => slug);
  }

  test.each([
    ['of a known family', nova, ['any-openai', 'gpt']],
    ['of an unknown family that contains a family word', 'chatgpt-6-nova', ['any-openai', 'gpt']],
    ['of an unknown family', 'zephyr-7', ['any-openai']],
  ])('%s causes an evaluation of the predictions that it may concern', async (_what, name, expected) => {
    // Reads a day or more apart have everything looked at again that has lasted meanwhile.
    for (const time of ['2025-01-01', '2025-01-05', '2025-01-05T00:01:00Z'])
      await readAt(world, time, { litellm: litellm(oldModels) });
    await record(world, 'gpt', gptReleased('7'));
    await record(world, 'o', { op: 'released', model: { vendor: 'openai', family: 'o', tier: null } });
    await record(world, 'any-openai', {
      op: 'released',
      model: { vendor: 'openai', family: 'any', version: '7', tier: null },
    });
    await record(world, 'claude', {
      op: 'released',
      model: { vendor: 'anthropic', family: 'claude', version: '9', tier: null },
    });
    expect(await evaluatedBy('2025-01-05T06:00:00Z', litellm(oldModels))).toEqual([]);
    expect(await evaluatedBy('2025-01-05T12:00:00Z', litellm([...oldModels, name]))).toEqual(expected);
  });
});
