import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createApp } from '../../../src/http/app.ts';
import { advanceCases } from '../../../src/services/cases/clock.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { countStatements } from '../../support/counting-database.ts';
import { findDocumentDifferences } from '../../support/kept-documents.ts';
import { cast, createPanel, type Judge, makeJudge, openCase, recordJudged } from '../../support/panels.ts';
import { hours } from '../../support/play.ts';

let world: ApiWorld;
let judge: Judge;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset({ now: '2026-01-15T12:00:00Z', feeds: [] });
  judge = await makeJudge(world, 'Judge A');
  await recordJudged(world);
  await createPanel(world, [judge], { quorum: 1, vote_days: 1, review_days: 1 });
});

const target = 'GET /v1/predictions/distilled';

async function tick(): Promise<void> {
  world.clock.advance(hours(24));
  await advanceCases(world.deps);
}

test('a prediction names its last case with its state, in lists too, and its ETag follows every change', async () => {
  const seen: unknown[] = [];
  const tags = new Set<string | undefined>();
  const look = async () => {
    const { json, headers } = await world.anyone(target);
    const [listed] = (await world.anyone('GET /v1/predictions')).json.data;
    expect(listed.case).toEqual(json.case);
    expect(await findDocumentDifferences(world)).toEqual([]);
    seen.push(json.case?.state ?? null);
    tags.add(headers.etag);
    return json.case?.id ?? null;
  };
  expect(await look()).toBeNull();
  const first = await openCase(world);
  expect(await look()).toBe(first.id);
  await cast(judge, first.id, 'too_early', { not_before: '2026-01-17' });
  await tick();
  await look();
  world.clock.set('2026-01-17');
  await advanceCases(world.deps);
  await cast(judge, first.id, 'yes');
  await tick();
  await look();
  await tick();
  await look();
  expect(seen).toEqual([null, 'open', 'postponed', 'decided', 'final']);
  expect(tags.size).toBe(5);
});

test('as of a moment, it is the case of then in its state of then', async () => {
  const { id } = await openCase(world);
  await cast(judge, id, 'yes');
  await tick();
  await tick();
  const at = async (moment: string) => (await world.anyone(`${target}?as_of=${moment}`)).json.case;
  expect(await at('2026-01-15T11:00:00Z')).toBeNull();
  expect(await at('2026-01-15T12:00:00Z')).toEqual({ id, state: 'open' });
  expect(await at('2026-01-16T13:00:00Z')).toEqual({ id, state: 'decided' });
  expect((await world.anyone(target)).json.case).toEqual({ id, state: 'final' });
});

test('reading it takes no further statement', async () => {
  const { id } = await openCase(world);
  const counted = countStatements(world.db);
  const app = createApp({ ...world.http, services: { ...world.deps, db: counted.db } });
  const statements = async (path: string) => {
    counted.take();
    const answer = await app.request(path);
    expect(await answer.text()).toContain(`"case":{"id":"${id}","state":"open"}`);
    return counted.take().length;
  };
  await statements('/v1/predictions/distilled');
  expect(await statements('/v1/predictions/distilled')).toBe(1);
  expect(await statements('/v1/predictions')).toBe(1);
});
