import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { cast, createPanel, makeJudgedCase, makeJudges, openCase, recordJudged } from '../../support/panels.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
beforeEach(() => world.reset({ now: '2026-11-22T12:00:00Z' }));
afterAll(() => world.close());

async function read(path: string): Promise<string> {
  const response = await fetch(`${world.base}${path}`, { headers: { accept: 'text/html' } });
  expect(response.status).toBe(200);
  return (await response.text()).replaceAll(/<script.*?<\/script>|<[^>]+>/gs, ' ').replaceAll(/\s+/g, ' ');
}

test('the page of an open round says who has voted, and not what', async () => {
  const judges = await makeJudges(world, 3);
  await recordJudged(world);
  await createPanel(world, judges);
  const { id } = await openCase(world);
  for (const judge of judges.slice(0, 1)) await cast(judge, id, 'no', { reason: 'Because of the interview.' });
  const text = await read(`/cases/${id}`);
  expect(text).toContain('The panel is voting.');
  expect(text).toContain('1 judge voted. What they voted is not shown before the round is decided.');
  expect(text).toMatch(/Judge A 22 Nov 2026/);
  expect(text).not.toContain('Because of the interview.');
});

test('the page of a closed round shows the votes with their reasons, the evidence that they cite, and interests', async () => {
  const { id } = await makeJudgedCase(world);
  const text = await read(`/cases/${id}`);
  expect(text).toContain('Judge A yes Judge A says yes. item 1');
  expect(text).toContain('Judge B declared an interest; may not vote');
  expect(text).toContain('Was GPT-4o distilled from GPT-5?');
  expect(text).toContain('Round 2');
});

test('a prediction leads to its cases', async () => {
  const { id } = await makeJudgedCase(world);
  const response = await fetch(`${world.base}/predictions/distilled`, { headers: { accept: 'text/html' } });
  expect(await response.text()).toContain(`href="../cases/${id}"`);
});

test('an unknown case is an error page', async () => {
  const response = await fetch(`${world.base}/cases/case_none`, { headers: { accept: 'text/html' } });
  expect(response.status).toBe(404);
});
