import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { recordClaim } from '../../support/claims.ts';
import type { Json } from '../../support/http-client.ts';
import { litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { differsFromShown, fencedBlocks } from '../../support/markdown.ts';
import { readAt } from '../../support/play.ts';
import { catalogues } from '../../support/world.ts';

/** The examples of "Add identity data" in docs/identity.md, sent in the order of the page. */

const page = readFileSync(new URL('../../../docs/identity.md', import.meta.url), 'utf8');
const [, section = ''] = page.split('\n## Add identity data\n');
const examples = section
  .split(/\n## /, 1)
  .flatMap((text) => text.split('\n### ').slice(1))
  .flatMap((text): { title: string; body: Json; shown: Json }[] => {
    const [body, shown] = fencedBlocks(text).map((block) => JSON.parse(block.text));
    return body === undefined ? [] : [{ title: text.split('\n', 1)[0] ?? '', body, shown }];
  });

const oldGoogle = ['gemini-2.5-pro', 'gemini-2.5-flash'];
const hosts: Record<string, string> = {
  'azure/gpt-6-fp6': 'azure',
  'gpt-video-2': 'openai',
  'upstage/solar-3-pro': 'upstage',
  'openrouter/mistral-labs/mistral-large-4': 'openrouter',
  'gpt-next': 'openai',
  'gpt-6-pro': 'openai',
  'gpt-router': 'openai',
  'lumen/lux-k2': 'lumen',
  'lumen/lux-k2.5': 'lumen',
};

function serve(argon: readonly string[]): { litellm: object; 'models-dev': object } {
  const google = [...oldGoogle, ...argon].map((id) => [`gemini/${id}`, { host: 'gemini' }]);
  const others = Object.entries(hosts).map(([id, host]) => [id, { host }]);
  return {
    litellm: { ...litellm(oldModels), ...litellm(Object.fromEntries([...google, ...others])) },
    'models-dev': { ...modelsDev(oldModels), ...modelsDev([...oldGoogle, ...argon], 'google') },
  };
}

let world: ApiWorld;
let lastId = '';
beforeAll(async () => {
  const feeds = catalogues.map((feed) => ({ ...feed, covers: [...(feed.covers ?? []), 'google'] }));
  world = await openApiWorld({ now: '2026-08-01', feeds });
  await readAt(world, '2026-08-01', serve([]));
  world.clock.set('2026-08-02');
  await recordClaim(world, {
    slug: 'gemini-4',
    statement: 'Google releases Gemini 4 by the end of October 2026.',
    made_at: '2026-08-02',
    criterion: {
      op: 'released',
      model: { vendor: 'google', family: 'gemini', version: '4', tier: null },
      by: '2026-10-31',
    },
  });
  await readAt(world, '2026-08-03', serve([]));
  for (const day of ['2026-10-02', '2026-10-20', '2026-11-20']) await readAt(world, day, serve(['gemini-4-argon']));
});
afterAll(() => world.close());

test('the page shows each kind of entry', () => {
  const kinds = ['tier', 'channel', 'family', 'vendor', 'namespace', 'alias', 'limited', 'not_a_model'];
  expect(examples.map(({ body }) => body.entry?.kind ?? 'none')).toEqual([...kinds, 'none', 'vendor']);
});

test.each(examples)('$title: the check and the addition take the body shown and answer as shown', async (example) => {
  const { body, shown } = example;
  const json = body.supersedes === '…' ? { ...body, supersedes: lastId } : body;
  const check = await world.admin('POST /v1/identity/additions/check', { json });
  expect([check.status, ...differsFromShown(shown, check.json)]).toEqual([200]);
  const added = await world.admin('POST /v1/identity/additions', { json });
  expect([added.status, ...differsFromShown(shown, added.json)]).toEqual([201]);
  lastId = added.json.id;
});

test('the hint of the page reads the names that the entry did not', async () => {
  const hinted = examples.at(-1);
  const json = { ...hinted?.body, supersedes: lastId };
  const [hint] = (await world.admin('POST /v1/identity/additions/check', { json })).json.hints;
  const next = await world.admin('POST /v1/identity/additions', { json: { ...json, entry: hint.entry } });
  expect(next.json).toMatchObject({ hints: [], items: [{ after: { version: '2' } }, { after: { version: '2.5' } }] });
});

test('the prediction of the page is settled', async () => {
  const { json } = await world.anyone('GET /v1/predictions/gemini-4');
  expect(json).toMatchObject({ status: 'resolved', outcome: 'no' });
});
