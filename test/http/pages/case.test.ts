import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import {
  cast,
  createPanel,
  type Judge,
  makeJudge,
  makeJudgedCase,
  makeJudges,
  openCase,
  recordJudged,
} from '../../support/panels.ts';

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

test('the list has the cases that have not ended, and says to a judge who is signed in which ones wait', async () => {
  const [a, b] = (await makeJudges(world, 2)) as [Judge, Judge];
  expect(await read('/cases')).toContain('No case is open');
  await recordJudged(world, { statement: 'Distilled.' });
  await createPanel(world, [a, b]);
  const { id } = await openCase(world);
  const pageOf = async (key: string) => {
    const cookie = await signIn(key);
    const response = await fetch(`${world.base}/cases`, { headers: { accept: 'text/html', cookie } });
    return (await response.text()).split('Not final yet');
  };
  const [member, stranger] = [await rotateKey(a), await rotateKey(await makeJudge(world, 'Stranger'))];
  expect((await pageOf(member))[0]).toContain(`href="./cases/${id}"`);
  expect((await pageOf(stranger))[0]).toContain('No case waits for a vote or a reveal of the key Stranger.');
  expect(await read('/cases')).toMatch(
    /1 case, in the order of opening.*Distilled\. judges vote 1 Judge A, Judge B 29 Nov 2026/,
  );
  expect(await read('/cases')).not.toContain('Waiting for you');
  expect(await read('/')).toContain(' Cases ');
  await cast(b, id, 'yes', { reason: 'Planted.' });
  expect((await pageOf(stranger)).join()).not.toContain('Planted.');
});

test('the list has pages as links', async () => {
  const [a] = (await makeJudges(world, 1)) as [Judge];
  await createPanel(world, [a], { quorum: 1 });
  for (let n = 0; n < 51; n += 1) {
    await recordJudged(world, { slug: `claim-${n}`, statement: `Claim ${n}.` });
    await openCase(world, `claim-${n}`);
  }
  const first = await (await fetch(`${world.base}/cases`, { headers: { accept: 'text/html' } })).text();
  const next = /href="\.([^"]+)" rel="next"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? '';
  expect(first.match(/Claim \d+\./g)).toHaveLength(50);
  expect(await read(next)).toMatch(/Claim 50\. judges vote/);
});

/** The cookie of a browser that has signed in with a key. */
async function signIn(key: string): Promise<string> {
  const response = await fetch(`${world.base}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ key }).toString(),
  });
  return response.headers.get('set-cookie')?.split(';')[0] ?? '';
}

/** Replaces the key of a judge by one that the test knows. */
async function rotateKey({ id }: Judge): Promise<string> {
  return String((await world.admin(`POST /v1/api-keys/${id}/rotate`, { json: {} })).json.key);
}

test('an unknown case is an error page', async () => {
  const response = await fetch(`${world.base}/cases/case_none`, { headers: { accept: 'text/html' } });
  expect(response.status).toBe(404);
});
