import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { anonymousCostLimit } from '../../../src/domain/access/rate-limit.ts';
import { criterionCostMax } from '../../../src/domain/evaluation/cost.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { gpt5, recordClaim } from '../../support/claims.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({
    rateLimit: '600/60s',
    http: { clientAddress: (_remote, forwardedFor) => forwardedFor ?? '127.0.0.1' },
  });
});
// Every test begins with budgets of its own.
beforeEach(async () => {
  await world.db.sql`delete from models`;
  world.clock.advance(2 * anonymousCostLimit.windowMs);
});
afterAll(() => world.close());

/** Lets the table of models have so many of one family, and as many that were known only in the past. */
async function knowModels(count: number): Promise<void> {
  await world.db.sql`
    insert into models (vendor, slug, family, known_from, known_to, first_seen_at)
    select 'openai', 'gpt-' || n, 'gpt', '2025-01-01', case when n > ${count} then '2025-06-01'::timestamptz end, '2025-01-01'
    from generate_series(1, 2 * ${count}::int) n`;
}

const order = (days: number) => ({
  op: 'within',
  duration: `P${days}D`,
  event: {
    op: 'count',
    at_least: 3,
    distinct: 'model',
    model: { ...gpt5, vendor: 'any', family: 'any', version: '5' },
  },
  after: { op: 'released', model: { ...gpt5, version: '5' } },
});
const differentOrders = { op: 'all', of: Array.from({ length: 66 }, (_, days) => order(days + 1)) };
const equalOrders = { op: 'all', of: Array.from({ length: 66 }, () => order(1)) };
/** Three passes over two leaves and over both sides of 66 orders. */
const costOver = (models: number): number => 3 * models * (2 + 66 * 2);

const check = (criterion: object, client = world.anyone, address = '127.0.0.1') =>
  client('POST /v1/criteria/check', { headers: { 'x-forwarded-for': address }, json: { criterion, made_at: '2025' } });

describe('a criterion that costs too much', () => {
  const detail = `costs ${costOver(1000)} comparisons of a model with a leaf, and at most ${criterionCostMax} are allowed`;

  test('is neither evaluated nor recorded', async () => {
    await knowModels(1000);
    await recordClaim(world, { slug: 'recorded' });
    const claim = { slug: 'costly', statement: 's', made_at: '2025', criterion: differentOrders };
    for (const answer of [
      await check(differentOrders),
      await world.admin('POST /v1/predictions', { json: claim }),
      await world.admin('POST /v1/predictions/recorded/criterion', {
        json: { criterion: differentOrders, reason: 'r' },
      }),
    ]) {
      expect(answer.json).toMatchObject({
        status: 422,
        code: 'criterion_too_costly',
        errors: [{ pointer: '#/criterion', detail: expect.stringContaining(detail) }],
      });
    }
    expect((await world.anyone('GET /v1/predictions/costly')).status).toBe(404);
    expect((await world.anyone('GET /v1/predictions/recorded')).json.criterion_version).toBe(1);
  });

  test('is accepted when its parts are equal, or fewer models are known', async () => {
    await knowModels(1000);
    expect((await check(equalOrders)).status).toBe(200);
    await world.db.sql`delete from models where slug > 'gpt-5'`;
    expect((await check(differentOrders)).status).toBe(200);
  });
});

describe('the budget for criteria that are not recorded', () => {
  const models = 700;
  const fits = Math.floor(anonymousCostLimit.quota / costOver(models));

  test('admits what fits, and rejects the rest until the window ends', async () => {
    await knowModels(models);
    const answers = await Promise.all(Array.from({ length: fits + 3 }, () => check(differentOrders)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(fits).fill(200), 429, 429, 429]);
    world.clock.advance(20_000);
    const refused = await check(differentOrders);
    expect(refused.headers['retry-after']).toBe('40');
    const left = anonymousCostLimit.quota - fits * costOver(models);
    expect(refused.json).toMatchObject({
      status: 429,
      code: 'rate_limited',
      detail: `evaluating this criterion costs ${costOver(models)} comparisons, but only ${left} of the 1000000 allowed per address in 60 seconds are left; try again in 40 seconds`,
    });
    expect((await check({ op: 'released', model: gpt5 })).status).toBe(200);
    world.clock.advance(40_000);
    expect((await check(differentOrders)).status).toBe(200);
  });

  test('is counted per address, and is larger for a key', async () => {
    await knowModels(models);
    for (let count = 0; count < fits; count += 1) await check(differentOrders);
    expect((await check(differentOrders)).status).toBe(429);
    expect((await check(differentOrders, world.anyone, '203.0.113.7')).status).toBe(200);
    const keyed = await Promise.all(Array.from({ length: 2 * fits }, () => check(differentOrders, world.admin)));
    expect(keyed.map(({ status }) => status)).toEqual(Array(2 * fits).fill(200));
  });
});
