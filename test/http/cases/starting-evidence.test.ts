import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodesOf } from '../../../src/domain/criterion/parts.ts';
import { applySeed, readSeed, type Seed } from '../../../src/services/predictions/seed.ts';
import { listStartingEvidence } from '../../../src/store/starting-evidence.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { openTestDatabase } from '../../support/database.ts';
import type { Json } from '../../support/http-client.ts';
import { createPanel, makeJudges, openCase } from '../../support/panels.ts';
import { exported, imported } from '../../support/rich-record.ts';

const text = readFileSync(new URL('../../../data/seed/article.json', import.meta.url), 'utf8');
const seed: Seed = readSeed(JSON.parse(text));

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({ now: '2026-11-25' });
  await applySeed(world.deps, seed);
  await createPanel(world, await makeJudges(world, 3));
});
afterAll(() => world.close());

const starting = async (slug: string): Promise<Json[]> =>
  (await world.anyone(`GET /v1/predictions/${slug}/starting-evidence`)).json.data;

test('every judged claim of the article has evidence, and no other has', async () => {
  let judged = 0;
  for (const { slug } of seed.predictions) {
    const { criterion, status } = (await world.anyone(`GET /v1/predictions/${slug}`)).json;
    const isJudged = nodesOf(criterion).some(({ part }) => part.op === 'judged');
    const items = await starting(slug);
    expect([slug, items.length > 0]).toEqual([slug, isJudged]);
    if (isJudged) {
      judged += 1;
      expect([slug, status]).toEqual([slug, 'open']);
    }
  }
  expect(judged).toBe(23);
});

test('it is shown on the page of the claim, and the packet of a case begins with it', async () => {
  const slug = 'gpt-4o-distilled';
  const items = await starting(slug);
  expect((await world.anyone(`GET /predictions/${slug}`)).text).toContain('What is known so far');
  const { id } = await openCase(world, slug);
  const { evidence } = (await world.anyone(`GET /v1/cases/${id}`)).json;
  expect(evidence).toEqual(
    items.map(({ url, locator, paraphrase, stance }) => ({
      id: expect.stringMatching(/^evi_/),
      url,
      quote: paraphrase,
      locator,
      paraphrased: true,
      stance,
      added_by: 'seed',
      added_at: '2026-11-25T00:00:00Z',
      archived: null,
      copy_problem: null,
    })),
  );
  expect((await world.anyone(`GET /predictions/${slug}`)).text).not.toContain('What is known so far');
  expect((await world.anyone(`GET /cases/${id}`)).text).toContain('article, section III');
});

test('an unknown prediction has none, and says so', async () => {
  expect((await world.anyone('GET /v1/predictions/unknown/starting-evidence')).status).toBe(404);
});

test.each([
  ['url', 'javascript:alert(1)'],
  ['locator', ''],
  ['stance', 'maybe'],
  ['paraphrase', undefined],
])('a seed whose evidence has an invalid %s is refused with its place', (name, value) => {
  const [claim] = seed.predictions.filter(({ evidence }) => evidence !== undefined);
  const evidence = [{ ...claim?.evidence?.[0], [name]: value }];
  expect(() => readSeed({ ...seed, predictions: [{ ...claim, evidence }] })).toThrow(
    expect.objectContaining({
      code: 'validation_failed',
      errors: [expect.objectContaining({ pointer: `#/predictions/0/evidence/0/${name}` })],
    }),
  );
});

test('the evidence of the article is short, and quotes nothing', () => {
  const items = seed.predictions.flatMap(({ evidence }) => evidence ?? []);
  expect(items.length).toBeGreaterThan(50);
  for (const { paraphrase } of items) {
    expect(paraphrase.length).toBeLessThan(400);
    expect(paraphrase).not.toMatch(/["«»“”]/);
  }
});

test('an export and an import keep it', async () => {
  const copy = await openTestDatabase();
  await imported({ db: copy, webhooks: world.deps.webhooks }, await exported(world.db));
  const { id } = (await world.anyone('GET /v1/predictions/gpt-4o-distilled')).json;
  const kept = await listStartingEvidence(copy.sql, id);
  expect(kept).toEqual(await listStartingEvidence(world.db.sql, id));
  expect(kept.length).toBeGreaterThan(0);
  await copy.close();
});
