import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import type { Deps } from '../../../src/services/deps.ts';
import { settleRead } from '../../../src/services/feeds/after-read.ts';
import { pollFeed } from '../../../src/services/feeds/polls.ts';
import { batchRowsMax, settleMarked } from '../../../src/services/settling/queue.ts';
import { resolveDue } from '../../../src/services/settling/resolver.ts';
import { startSettler } from '../../../src/services/settling/settler.ts';
import type { Database, Sql } from '../../../src/store/db.ts';
import { countMarks, deleteMarks, listPendingEvaluations, lockMarks } from '../../../src/store/settle-queue.ts';
import { gptReleased, litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { copyPrediction } from '../../support/many-predictions.ts';
import { hours, misreported, read, readAt, record } from '../../support/play.ts';
import { samples } from '../../support/samples.ts';
import { openAgain, openWorld, type World } from '../../support/world.ts';

let world: World;
let other: Database;
beforeAll(async () => {
  world = await openWorld();
  other = await openAgain(world.db);
});
beforeEach(() => world.reset());
afterEach(async () => {
  expect(world.errors).toEqual([]);
  expect(await misreported(world)).toEqual([]);
});
afterAll(async () => {
  await other.close();
  await world.close();
});

const watchers = samples(2000, 250);
const more = [...oldModels, 'gpt-5'];
const made = { madeAt: '2024-12-20' };

/** Nothing is settled within the call. */
const unhurried = (deps: Deps): Deps => ({ ...deps, settleCallMsMax: 0 });

/** Many predictions that GPT-5 is released, and everything but the read that resolves them. */
async function prepareMany(count: number): Promise<void> {
  await record(world, 'gpt-5', gptReleased('5'), made);
  await readAt(world, '2025-01-01', { litellm: litellm(oldModels), 'models-dev': modelsDev(oldModels) });
  await readAt(world, '2025-01-10', { litellm: litellm(more), 'models-dev': modelsDev(more) });
  world.clock.advance(hours(25));
  await read(world, 'litellm', litellm(more));
  await copyPrediction(world, 'gpt-5', count - 1);
}

/** Polls the feed that resolves them all. The models are seasoned by it. */
async function readLast(deps: Deps): ReturnType<typeof pollFeed> {
  return await pollFeed(deps, 'models-dev');
}

/** What is stored of every prediction, without ids that depend on the order of inserts. */
async function rows(): Promise<object[]> {
  return await world.db.sql<object[]>`
    select p.slug, p.state, p.outcome, p.resolutions, p.recheck_at, p.resolved_at, r.outcome as answer, r.effective_at, r.known_at,
      r.decided_at, r.reason, r.evidence_trust,
      (select array_agg(e.type order by e.sequence) from events e where e.prediction_id = p.id) as events,
      (select count(*)::int from resolutions x where x.prediction_id = p.id) as stored
    from predictions p left join resolutions r on r.prediction_id = p.id order by p.slug`;
}

async function countResolved(): Promise<number> {
  const [row] = await world.db.sql<
    { count: number }[]
  >`select count(*)::int as count from predictions where state = 'resolved'`;
  return row?.count ?? 0;
}

/** The same node, whose transactions after the first `count` fail as if the process had ended. */
function dyingAfter(deps: Deps, count: number): Deps {
  let begun = 0;
  const begin: Database['begin'] = async (run, options) => {
    begun += 1;
    if (begun > count) throw new Error('the process has ended');
    return await deps.db.begin(run, options);
  };
  return { ...deps, db: { ...deps.db, begin } };
}

/** Sessions that wait for a lock of another one. */
async function countWaiting(tx: Sql): Promise<number> {
  const rows = await tx<{ count: number }[]>`
    select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return rows[0]?.count ?? 0;
}

/** Counts the transactions of a node. */
function counting(deps: Deps): { deps: Deps; begun: () => number } {
  let begun = 0;
  const begin: Database['begin'] = async (run, options) => {
    begun += 1;
    return await deps.db.begin(run, options);
  };
  return { deps: { ...deps, db: { ...deps.db, begin } }, begun: () => begun };
}

describe('a poll that affects very many predictions', () => {
  test('commits its evidence, and leaves what it cannot settle in time to the background', async () => {
    await prepareMany(watchers);
    const report = await readLast(unhurried(world.deps));
    expect(report).toMatchObject({ poll: { result: 'ok' }, resolutions: 0, settling: watchers });
    expect(await countResolved()).toBe(0);
    const node = counting(world.deps);
    const counts = await settleMarked(node.deps);
    expect(counts).toMatchObject({ evaluated: watchers, resolved: watchers });
    expect(node.begun()).toBeGreaterThanOrEqual(Math.ceil(watchers / batchRowsMax));
    expect([await countResolved(), await countMarks(world.db.sql, null)]).toEqual([watchers, 0]);
  });

  test('is completed after a crash between two batches, with the rows of an undisturbed run', async () => {
    await prepareMany(watchers);
    await readLast(world.deps);
    const undisturbed = await rows();
    await world.reset();
    await prepareMany(watchers);
    await readLast(unhurried(world.deps));
    await expect(settleMarked(dyingAfter(world.deps, 1))).rejects.toThrow('the process has ended');
    const settled = await countResolved();
    expect(settled).toBeGreaterThan(0);
    expect(settled).toBeLessThan(watchers);
    expect(await countMarks(world.db.sql, null)).toBe(watchers - settled);
    await resolveDue(world.node('node_b', other));
    expect(await rows()).toEqual(undisturbed);
  });

  test('is settled once by two nodes at the same time', async () => {
    await prepareMany(watchers);
    await readLast(unhurried(world.deps));
    const counts = await Promise.all([settleMarked(world.deps), settleMarked(world.node('node_b', other))]);
    expect(counts.reduce((sum, { evaluated }) => sum + evaluated, 0)).toBe(watchers);
    const [events] = await world.db.sql`select count(*)::int as count from events where type = 'prediction.resolved'`;
    expect([await countResolved(), events]).toEqual([watchers, { count: watchers }]);
  });

  test('is settled in the background once the database notifies of it', async () => {
    await prepareMany(5);
    const settler = await startSettler(world.node('node_b', other));
    try {
      expect(await readLast(unhurried(world.deps))).toMatchObject({ settling: 5 });
      await expect.poll(() => countMarks(world.db.sql, null), { timeout: 10_000 }).toBe(0);
    } finally {
      await settler.stop();
    }
    expect(await countResolved()).toBe(5);
  });
});

describe('a mark', () => {
  test('that is made while a batch settles the same prediction outlives the batch', async () => {
    await prepareMany(1);
    await readLast(unhurried(world.deps));
    const [pending] = await world.db.sql<{ id: string }[]>`select id from predictions`;
    let lockIsHeld = () => {};
    const held = new Promise<void>((resolve) => {
      lockIsHeld = resolve;
    });
    const marking = held.then(
      () => other.sql`
        insert into settle_queue (prediction_id, evidence_to, marked_at) values (${pending?.id ?? ''}, now(), now())
        on conflict (prediction_id) do update set evidence_to = excluded.evidence_to`,
    );
    await world.db.begin(async (tx: Sql) => {
      const locked = await lockMarks(tx, { pollId: null, now: world.clock.now(), limit: 10 });
      expect(locked).toHaveLength(1);
      lockIsHeld();
      // The embedded database has one connection, so the mark waits for the whole transaction.
      if (world.db.kind === 'server') await expect.poll(() => countWaiting(tx)).toBe(1);
      await deleteMarks(
        tx,
        locked.map(({ id }) => id),
      );
    });
    await marking;
    expect(await listPendingEvaluations(world.db.sql, [pending?.id ?? '', 'pred_x'])).toEqual(new Set([pending?.id]));
  });

  test('keeps the earliest knowledge time and the place in the queue of an earlier one', async () => {
    await prepareMany(1);
    const first = await readLast(unhurried(world.deps));
    const marks = () => world.db.sql`select evidence_from, evidence_to, poll_id, marked_at from settle_queue`;
    const [before] = await marks();
    world.clock.advance(hours(1));
    world.wire.answer('https://litellm.test/prices.json', {
      kind: 'failed',
      reason: 'timeout',
      detail: '',
      status: null,
      retryAfterMs: null,
    });
    await world.db.sql`update predictions set recheck_at = now()`;
    const dated = modelsDev({ ...Object.fromEntries(more.map((id) => [id, {}])), 'gpt-5': '2025-01-09' });
    world.wire.answer('https://models.test/api.json', {
      kind: 'ok',
      bytes: new TextEncoder().encode(JSON.stringify(dated)),
      status: 200,
      etag: null,
      lastModified: null,
      knownVersion: null,
    });
    const second = await pollFeed(unhurried(world.deps), 'models-dev');
    expect(await marks()).toEqual([{ ...before, poll_id: second.poll.id, evidence_to: world.clock.now() }]);
    expect(await settleRead(world.deps, first.poll)).toEqual({ resolutions: 0, settling: 0 });
    expect(await settleRead(world.deps, second.poll)).toEqual({ resolutions: 1, settling: 0 });
  });

  test('is not made by a read that changes nothing', async () => {
    await prepareMany(3);
    await readLast(world.deps);
    world.clock.advance(hours(1));
    const node = counting(world.deps);
    expect(await pollFeed(unhurried(node.deps), 'models-dev')).toMatchObject({ resolutions: 0, settling: 0 });
    expect(await countMarks(world.db.sql, null)).toBe(0);
    expect(await settleMarked(world.deps)).toMatchObject({ evaluated: 0 });
  });

  test('of a prediction that cannot be settled is postponed, and does not hold up the others', async () => {
    await prepareMany(40);
    await readLast(unhurried(world.deps));
    await world.db.sql.unsafe(`
      create function refuse_one() returns trigger language plpgsql as
        'begin if new.prediction_id like ''%_000007'' then raise exception ''not this one''; end if; return new; end';
      create trigger not_this_one before insert on events for each row execute function refuse_one()`);
    try {
      expect(await settleMarked(world.deps)).toMatchObject({ resolved: 39 });
      expect(world.errors.splice(0)).toMatchObject([{ prediction: expect.stringMatching(/_000007$/) }]);
      expect(await settleMarked(world.deps)).toMatchObject({ evaluated: 0 });
    } finally {
      await world.db.sql.unsafe('drop trigger not_this_one on events; drop function refuse_one()');
    }
    world.clock.advance(61_000);
    expect(await settleMarked(world.deps)).toMatchObject({ resolved: 1 });
  });
});

test('a read marks a prediction once, however many of its families the read changes', async () => {
  // This feed covers no vendor, so its first read affects predictions by their families alone.
  await world.reset({
    feeds: [{ slug: 'list', adapter: 'openrouter', url: 'https://list.test/models', covers: [] }],
  });
  const o3: Criterion = { op: 'released', model: { vendor: 'openai', family: 'o', version: '3', tier: null } };
  await record(world, 'both', { op: 'all', of: [gptReleased('5'), o3] }, made);
  const row = (id: string) => ({ id, created: 1_700_000_000, pricing: { prompt: '0.000001', completion: '0.000001' } });
  expect(await read(world, 'list', { data: [row('openai/gpt-5'), row('openai/o3')] })).toMatchObject({
    poll: { result: 'ok' },
  });
});
