import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { createArchive, gpt5, gpt5Ledger, neverGpt5, recordClaim } from '../../support/claims.ts';
import type { Json } from '../../support/http-client.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
  await createArchive(world, 'archive');
  const sent = await world.admin('POST /v1/feeds/archive/snapshots?observed_at=2025-09-01T00:00:00Z', {
    body: gpt5Ledger,
  });
  expect(sent.status).toBe(200);
});
afterAll(() => world.close());

const o4 = { vendor: 'openai', family: 'o', version: '4', tier: null };
const o4Arrives = { op: 'released', model: o4, by: '2030-12-31' };
const reason = 'The claim is about the unsuffixed model.';
const warningsOf = (json: Json): string[] =>
  json.warnings.map(({ code, pointer }: Json) => `${code} ${pointer.replace('#/criterion', '')}`.trim());

describe('POST /v1/predictions/{id}/criterion', () => {
  test('returns the prediction with its new criterion, its new version and warnings', async () => {
    const made = await recordClaim(world, {
      slug: 'to-correct',
      criterion: { ...o4Arrives, model: { ...o4, tier: 'any' } },
    });
    const read = await world.anyone('GET /v1/predictions/to-correct');
    const past = await world.anyone('GET /v1/predictions/to-correct?as_of=2026-01-15T12:00:00Z');
    world.clock.advance(60_000);
    const answer = await world.admin('POST /v1/predictions/to-correct/criterion', {
      headers: { 'if-match': read.headers.etag ?? '' },
      json: { criterion: o4Arrives, reason },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.etag).toMatch(/^"2-[0-9a-f]{8}"$/);
    expect(answer.json).toMatchObject({
      id: made.id,
      criterion: o4Arrives,
      criterion_text: expect.stringContaining('without a tier suffix'),
      criterion_version: 2,
      resolve_by: '2030-12-31',
      polarity: 'decidable',
      status: 'open',
      version: 2,
      updated_at: '2026-01-15T12:01:00Z',
    });
    expect(answer.json.criterion_hash).not.toBe(made.criterion_hash);
    expect(warningsOf(answer.json)).toEqual(['matches_nothing_seen']);
    const { warnings: _warnings, ...prediction } = answer.json;
    const { warnings: current, ...now } = (await world.anyone(`GET /v1/predictions/${made.id}`)).json;
    expect(now).toEqual(prediction);
    expect(current).toEqual([]);
    // What was said of the past before the correction is said of it for ever, byte for byte.
    expect((await world.anyone('GET /v1/predictions/to-correct?as_of=2026-01-15T12:00:00Z')).text).toBe(past.text);
    const why = await world.anyone('GET /v1/predictions/to-correct/explanation?as_of=2026-01-15T12:00:00Z');
    expect(why.json.criterion).toEqual(made.criterion);
  });

  test('settles it at once on the current evidence, and marks it as hindsight', async () => {
    await recordClaim(world, { slug: 'settled-by-correction', criterion: o4Arrives });
    const answer = await world.admin('POST /v1/predictions/settled-by-correction/criterion', {
      json: { criterion: neverGpt5, reason },
    });
    expect(answer.json).toMatchObject({ status: 'resolved', outcome: 'no', hindsight: true, criterion_version: 2 });
    expect(warningsOf(answer.json)).toEqual(['never_confirmable /of', 'already_decided /of']);
  });

  test('rejects a resolved prediction, and a version that has changed since', async () => {
    await recordClaim(world, { slug: 'resolved-already' });
    const correct = async (headers: Record<string, string>) =>
      (
        await world.admin('POST /v1/predictions/resolved-already/criterion', {
          headers,
          json: { criterion: o4Arrives, reason },
        })
      ).json;
    expect(await correct({})).toMatchObject({ status: 409, code: 'frozen' });
    expect(await correct({ 'if-match': '"2"' })).toMatchObject({ status: 409, code: 'frozen' });
    expect(await correct({ 'if-match': '"1"' })).toMatchObject({ status: 412, code: 'precondition_failed' });
    expect(await correct({ 'if-match': 'W/"2"' })).toMatchObject({ status: 412, code: 'precondition_failed' });
  });

  test.each([
    [{ criterion: o4Arrives }, '#/reason'],
    [{ criterion: o4Arrives, reason: ' ' }, '#/reason'],
    [{ reason }, '#/criterion'],
    [{ criterion: { op: 'not', of: { op: 'rumoured' } }, reason }, '#/criterion/of/op'],
    [{ criterion: { op: 'released', model: { ...gpt5, version: '4' } }, reason }, '#/criterion'],
    [{ criterion: o4Arrives, reason, made_at: '2024' }, '#/made_at'],
  ])('rejects %j', async (json, pointer) => {
    await world.admin('POST /v1/predictions', {
      json: {
        slug: 'stays',
        statement: 's',
        made_at: '2025',
        criterion: { op: 'released', model: { ...gpt5, version: '4' } },
      },
    });
    const answer = await world.admin('POST /v1/predictions/stays/criterion', { json });
    expect(answer.json).toMatchObject({ status: 422, code: 'validation_failed', errors: [{ pointer }] });
    expect((await world.anyone('GET /v1/predictions/stays')).json.criterion_version).toBe(1);
  });

  test('rejects requests without a key, and a prediction that does not exist', async () => {
    const json = { criterion: o4Arrives, reason };
    expect((await world.anyone('POST /v1/predictions/stays/criterion', { json })).status).toBe(401);
    expect((await world.admin('POST /v1/predictions/nothing/criterion', { json })).status).toBe(404);
    expect((await world.anyone('GET /v1/predictions/stays/criterion')).status).toBe(405);
  });

  test('lets one of twenty corrections of the same version succeed', async () => {
    await recordClaim(world, { slug: 'raced', criterion: o4Arrives });
    const { etag = '' } = (await world.anyone('GET /v1/predictions/raced')).headers;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        world.admin('POST /v1/predictions/raced/criterion', {
          headers: { 'if-match': etag },
          json: { criterion: { ...o4Arrives, by: `20${40 + index}-12-31` }, reason },
        }),
      ),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 412)]);
    const winner = answers.find((answer) => answer.status === 200);
    expect((await world.anyone('GET /v1/predictions/raced')).json).toMatchObject({
      criterion: winner?.json.criterion,
      criterion_version: 2,
      version: 2,
    });
  });
});

describe('POST /v1/criteria/check', () => {
  test('points each warning at its leaf, and rejects nothing because of it', async () => {
    const criterion = {
      op: 'all',
      of: [
        { op: 'not', of: { op: 'released', model: { ...gpt5, tier: ['nano'] } } },
        { op: 'released', model: { ...gpt5, version: { gte: '4' }, tier: 'any' }, by: '2024-12-31' },
        { op: 'attribute', name: 'parameters', is: { gte: 1e12 }, model: { ...gpt5, tier: 'any' }, by: '2027-12-31' },
        { op: 'judged', question: 'Was it wise?' },
      ],
    };
    const answer = await world.anyone('POST /v1/criteria/check', { json: { criterion, made_at: '2025-01-01' } });
    expect(answer.status).toBe(200);
    expect(warningsOf(answer.json)).toEqual([
      'never_confirmable /of/0/of',
      'needs_a_person /of/3',
      'deadline_before_made_at /of/1',
      'matches_nothing_seen /of/0/of',
      'no_never_settles /of/2',
    ]);
    expect(answer.json.warnings[3].detail).toContain('listed tiers of that version: null');
  });

  test('returns no warnings for a criterion without problems', async () => {
    const criterion = {
      op: 'released',
      model: { ...gpt5, version: { gte: '5' }, tier: 'any' },
      from: '2026-01-10',
      by: '2027-12-31',
    };
    expect((await world.anyone('POST /v1/criteria/check', { json: { criterion } })).json.warnings).toEqual([]);
  });
});
