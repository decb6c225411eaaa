import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ExplanationNode } from '../../../src/domain/evaluation/explanation.ts';
import { explanationEntriesMax } from '../../../src/domain/evaluation/limit-explanation.ts';
import { checkBytesMax } from '../../../src/http/predictions/criteria.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { createArchive, ledgerOf } from '../../support/claims.ts';

/** 66 equal orders of events over every known model. */
const heavy: unknown = JSON.parse(
  readFileSync(new URL('../../fixtures/heavy-criterion.json', import.meta.url), 'utf8'),
);
const models = Array.from({ length: 300 }, (_, index) => ({
  id: `gpt-${Math.floor(index / 10)}.${index % 10}`,
  vendor: 'openai',
  released: '2025-08-07',
}));

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
  await createArchive(world, 'archive');
  const sent = await world.admin('POST /v1/feeds/archive/snapshots?observed_at=2025-09-01T00:00:00Z', {
    body: ledgerOf(models),
  });
  expect(sent.status).toBe(200);
});
afterAll(() => world.close());

test('eight heavy criteria at once are answered, and reads are answered meanwhile', async () => {
  let running = 8;
  const checks = Array.from({ length: running }, async () => {
    const answer = await world.anyone('POST /v1/criteria/check', { json: heavy });
    running -= 1;
    return answer;
  });
  let served = 0;
  while (running === 8) {
    expect((await world.anyone('GET /v1/predictors')).status).toBe(200);
    if (running > 0) served += 1;
  }
  const answers = await Promise.all(checks);
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  // All eight wait for their turns until the first is finished.
  expect(served).toBeGreaterThan(0);
});

const witnessesIn = (node: ExplanationNode): number =>
  node.witnesses.length + node.of.reduce((sum, child) => sum + witnessesIn(child), 0);

test('the answer lists a limited number of witnesses, and says how many others there are', async () => {
  const { json, text } = await world.anyone('POST /v1/criteria/check', { json: heavy });
  expect(witnessesIn(json.explanation)).toBe(explanationEntriesMax);
  expect(json.omitted.witnesses).toBeGreaterThan(explanationEntriesMax);
  expect(json.explanation.of).toHaveLength(66);
  // Most of it is the criterion, the texts of the nodes and the listed entries.
  expect(text.length).toBeLessThan(300_000);
});

test('the answer to the largest criterion has a limited size', async () => {
  // Three bytes each, in the criterion, in its text and in the explanation.
  const judged = Array.from({ length: 199 }, () => ({ op: 'judged', question: '問'.repeat(1000) }));
  const { status, text } = await world.anyone('POST /v1/criteria/check', {
    json: { criterion: { op: 'any', of: judged }, made_at: '2025' },
  });
  expect(status).toBe(200);
  expect(Buffer.byteLength(text)).toBeGreaterThan(1_000_000);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(checkBytesMax);
});
