import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createFeed } from '../../../src/services/feeds/feeds.ts';
import { pollFeed } from '../../../src/services/feeds/polls.ts';
import { createFeedSnapshot } from '../../../src/services/feeds/snapshots.ts';
import { createIdentityAddition } from '../../../src/services/identity/curation.ts';
import { refreshIdentity, withCurrentIdentity } from '../../../src/services/identity/identity.ts';
import { nameEventsMax } from '../../../src/services/identity/name-events.ts';
import { withdrawPrediction } from '../../../src/services/predictions/withdrawals.ts';
import { sendDue } from '../../../src/services/webhooks/sender.ts';
import { insertUnreadNames } from '../../../src/store/unread-names.ts';
import { testEngine } from '../../support/database.ts';
import { gptReleased, litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { hours, read, readAt, record } from '../../support/play.ts';
import { openReceiver, type Receiver, verified } from '../../support/receiver.ts';
import { decide, deliveriesOf, subscribe } from '../../support/webhooks.ts';
import { served } from '../../support/wire.ts';
import { catalogues, instantOf, openWorld, type World } from '../../support/world.ts';

let world: World;
let receiver: Receiver;
beforeAll(async () => {
  world = await openWorld();
  receiver = await openReceiver();
});
beforeEach(async () => {
  receiver.clear();
  await world.reset();
  await readAt(world, '2025-01-01', { litellm: litellm(oldModels), 'models-dev': modelsDev(oldModels) });
  world.clock.set('2025-01-02');
});
afterEach(() => expect(world.errors).toEqual([]));
afterAll(async () => {
  await receiver.close();
  await world.close();
});

const nova = 'gpt-6-nova';
type NameEvent = { name: string; feed: { slug: string }; predictions: { count: number; ids: string[] } };

async function announced(): Promise<(NameEvent & Record<string, unknown>)[]> {
  const rows = await world.db.sql<{ body: string }[]>`
    select body from events where type = 'name.unrecognised' order by sequence`;
  return rows.map(({ body }) => JSON.parse(body).data);
}

async function names(): Promise<string[]> {
  return (await announced()).map(({ name }) => name);
}

const withModels = (...more: string[]): object => litellm([...oldModels, ...more]);

async function addAlias(id: string, reason: 'codename'): Promise<string> {
  const deps = await withCurrentIdentity(world.deps);
  const entry = { kind: 'alias' as const, id, reason };
  const input = { entry, supersedes: null, reason: 'Reviewed.', sourceUrl: null };
  return (await createIdentityAddition(deps, input, { decidedBy: 'key_1', expected: deps.identity.version })).id;
}

async function withdraw(id: string): Promise<void> {
  const deps = await withCurrentIdentity(world.deps);
  const input = { entry: null, supersedes: id, reason: 'It was wrong.', sourceUrl: null };
  await createIdentityAddition(deps, input, { decidedBy: 'key_1', expected: deps.identity.version });
}

describe('a new name that cannot be read in full', () => {
  test('is announced with what is known of it and the predictions that it may match', async () => {
    const fits = await record(world, 'six', gptReleased('6'));
    await record(world, 'seven', gptReleased('7'));
    await record(world, 'claude', { op: 'released', model: { vendor: 'anthropic', family: 'claude', tier: null } });
    const settled = await record(world, 'settled', gptReleased('6', { by: '2026-01-01' }));
    await decide(world, settled.prediction.id, 'no');
    await record(world, 'withdrawn', gptReleased('6'));
    await withdrawPrediction(world.deps, 'withdrawn', null);
    await read(
      world,
      'litellm',
      litellm({ ...Object.fromEntries(oldModels.map((id) => [id, {}])), 'openai/gpt-6-nova': { host: 'openai' } }),
    );
    const [observation] = await world.db
      .sql`select id, feed_id as feed from observations where item_key = 'openai/gpt-6-nova'`;
    expect(await announced()).toEqual([
      {
        sequence: expect.any(Number),
        vendor: 'openai',
        name: 'openai/gpt-6-nova',
        reading: { family: 'gpt', version: '6', tiers: [], unknown: ['nova'] },
        feed: { id: observation?.feed, slug: 'litellm' },
        observation: { id: observation?.id, item_key: 'openai/gpt-6-nova', observed_at: '2025-01-02T00:00:00Z' },
        predictions: { count: 1, ids: [fits.prediction.id] },
        further_names: 0,
        links: {
          unrecognised: '/v1/observations/unrecognised?reason=unrecognised',
          page: `/observations/${observation?.id}`,
          check: '/v1/identity/additions/check',
        },
      },
    ]);
  });

  test('of which no family is known is announced as well', async () => {
    await read(world, 'litellm', withModels('zephyr-7'));
    expect(await announced()).toMatchObject([
      { name: 'zephyr-7', reading: { family: null, version: null, tiers: [], unknown: ['zephyr', '7'] } },
    ]);
  });

  test('lists at most 20 predictions and counts all', async () => {
    for (let index = 0; index < 22; index += 1) await record(world, `six-${index}`, gptReleased('6'));
    await read(world, 'litellm', withModels(nova));
    const [event] = await announced();
    expect([event?.predictions.count, event?.predictions.ids.length]).toEqual([22, 20]);
  });

  test('of a host, or that is read in full or as no model, is not announced', async () => {
    const old = Object.fromEntries(oldModels.map((id) => [id, {}]));
    await read(
      world,
      'litellm',
      litellm({ ...old, 'azure/gpt-6-nova': { host: 'azure' }, 'gpt-6': {}, 'gpt-latest': {} }),
    );
    expect(await names()).toEqual([]);
  });
});

describe('a name is announced once', () => {
  test('by the first of two feeds, by however many payloads and rows', async () => {
    await read(
      world,
      'litellm',
      litellm({
        ...Object.fromEntries(oldModels.map((id) => [id, {}])),
        [nova]: {},
        [`openai/${nova}`]: { host: 'openai' },
      }),
    );
    await readHourly('litellm', withModels(nova));
    await readHourly('models-dev', modelsDev([...oldModels, nova]));
    await readHourly('litellm', withModels(), withModels(nova));
    expect((await announced()).map(({ name, feed }) => [name, feed.slug])).toEqual([[nova, 'litellm']]);
  });

  test('by a snapshot that is sent twice', async () => {
    await createFeed(world.deps, { slug: 'archive', adapter: 'litellm' });
    const send = (day: string, payload: object) =>
      createFeedSnapshot(world.deps, 'archive', instantOf(day), Buffer.from(JSON.stringify(payload)));
    await send('2024-12-01', withModels());
    await send('2024-12-02', withModels(nova));
    await send('2024-12-02', withModels(nova));
    expect((await announced()).map(({ name, feed }) => [name, feed.slug])).toEqual([[nova, 'archive']]);
  });

  test('by two polls at once', async () => {
    const [first, second] = catalogues;
    world.wire.answer(first?.url ?? '', served(withModels(nova, 'gpt-6-zeta')));
    world.wire.answer(second?.url ?? '', served(modelsDev([...oldModels, 'gpt-6-zeta', nova])));
    await Promise.all([pollFeed(world.deps, 'litellm'), pollFeed(world.node('node_b'), 'models-dev')]);
    expect((await names()).sort()).toEqual([nova, 'gpt-6-zeta']);
  });

  // The embedded engine has one connection, so that nothing can wait in it.
  if (testEngine() === 'server')
    test.each([
      ['commits: by the other', true, []],
      ['rolls back: by this', false, [nova]],
    ])('if another transaction that records it %s', async (_what, commits, expected) => {
      const [inserted, finish] = [gate(), gate()];
      const undone = new Error('rolled back');
      const other = world.db.begin(async (tx) => {
        await insertUnreadNames(tx, [{ vendor: 'openai', name: nova }], world.clock.now());
        inserted.open();
        await finish.passed;
        if (!commits) throw undone;
      });
      await inserted.passed;
      const polled = read(world, 'litellm', withModels(nova));
      await waiting();
      finish.open();
      expect(await other.catch((error) => error)).toBe(commits ? undefined : undone);
      await polled;
      expect(await names()).toEqual(expected);
    });

  test('not again when a curator has defined it, nor when that is withdrawn', async () => {
    await read(world, 'litellm', withModels(nova));
    const id = await addAlias(nova, 'codename');
    await read(world, 'models-dev', modelsDev([...oldModels, nova]));
    await withdraw(id);
    await readHourly('litellm', withModels(), withModels(nova));
    expect(await names()).toEqual([nova]);
  });

  test('and never if a curator had defined it before any feed listed it', async () => {
    const id = await addAlias(nova, 'codename');
    await read(world, 'litellm', withModels(nova));
    await withdraw(id);
    await read(world, 'models-dev', modelsDev([...oldModels, nova]));
    expect(await names()).toEqual([]);
  });

  test('not by names that are read again with newer identity data', async () => {
    await read(world, 'litellm', withModels(nova));
    await world.db.sql`update item_readings set identity_version = ''`;
    await refreshIdentity(world.deps);
    expect(await names()).toEqual([nova]);
  });

  test('in the transaction that stores the reading, or not at all', async () => {
    await world.db.sql`alter table events add constraint no_names check (type <> 'name.unrecognised')`;
    await expect(read(world, 'litellm', withModels(nova))).rejects.toThrow('no_names');
    await world.db.sql`alter table events drop constraint no_names`;
    const stored = await world.db.sql`select name from item_readings where name = ${nova}
      union all select name from unread_names where name = ${nova}`;
    expect(stored).toEqual([]);
  });
});

describe('many names at once', () => {
  test("of a feed's first read are not announced, then or later", async () => {
    await world.reset();
    await read(world, 'litellm', withModels(nova, 'zephyr-7'));
    await readAt(world, '2025-01-02', { litellm: withModels(nova, 'zephyr-7'), 'models-dev': modelsDev(oldModels) });
    await readAt(world, '2025-01-03', { 'models-dev': modelsDev([...oldModels, nova]) });
    expect(await names()).toEqual([]);
  });

  test('have a limited number of events, first those that may match predictions', async () => {
    await record(world, 'seven', gptReleased('7'));
    const many = Array.from({ length: nameEventsMax + 3 }, (_, index) => `gpt-6-zz${String.fromCharCode(97 + index)}`);
    await read(world, 'litellm', withModels(...many, 'gpt-7-zzz'));
    const events = await announced();
    expect(events.map(({ name }) => name)).toEqual(['gpt-7-zzz', ...many.slice(0, nameEventsMax - 1)]);
    expect(new Set(events.map((event) => event.further_names))).toEqual(new Set([4]));
  });
});

describe('subscribers', () => {
  test('receive it by type, vendor and family', async () => {
    const url = (path: string) => `${receiver.origin}/${path}`;
    const { id, secret } = await subscribe(world, url('a'), {
      eventTypes: ['name.unrecognised'],
      filter: { vendor: ['openai'], family: ['gpt'] },
    });
    const others = [
      await subscribe(world, url('b'), { eventTypes: ['name.unrecognised'], filter: { vendor: ['google'] } }),
      await subscribe(world, url('c'), { eventTypes: null, filter: { family: ['o'] } }),
      await subscribe(world, url('d'), { eventTypes: ['model.released'] }),
    ];
    await read(world, 'litellm', withModels(nova));
    await sendDue(world.deps);
    expect(receiver.received.map(({ path }) => path)).toEqual(['/a']);
    expect(verified(secret, receiver.received[0])).toMatchObject({
      type: 'name.unrecognised',
      timestamp: '2025-01-02T00:00:00Z',
      data: { vendor: 'openai', name: nova },
    });
    expect(await deliveriesOf(world, id)).toHaveLength(1);
    for (const other of others) expect(await deliveriesOf(world, other.id)).toEqual([]);
  });

  test('by family receive no name without a known family', async () => {
    const family = await subscribe(world, receiver.origin, { eventTypes: null, filter: { family: ['gpt'] } });
    const vendor = await subscribe(world, receiver.origin, { eventTypes: null, filter: { vendor: ['openai'] } });
    await read(world, 'litellm', withModels('zephyr-7'));
    expect(await deliveriesOf(world, family.id)).toEqual([]);
    expect(await deliveriesOf(world, vendor.id)).toHaveLength(1);
  });
});

function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

/** Reads one payload of a feed after another, an hour apart. */
async function readHourly(slug: string, ...payloads: object[]): Promise<void> {
  for (const payload of payloads) {
    world.clock.advance(hours(1));
    await read(world, slug, payload);
  }
}

/** Resolves once a transaction waits for another. */
async function waiting(): Promise<void> {
  for (;;) {
    const [row] = await world.db.sql<{ count: number }[]>`
      select count(*)::int as count from pg_locks l join pg_database d on d.datname = current_database()
      where not l.granted and l.pid in (select pid from pg_stat_activity where datname = d.datname)`;
    if ((row?.count ?? 0) > 0) return;
  }
}
