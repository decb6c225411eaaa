import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

const reason = 'Its vendor says so.';
const tier = { kind: 'tier', vendor: 'google', family: 'gemini', tier: 'neon' };
const family = { kind: 'family', vendor: 'openai', family: 'gpt-video', names: ['gpt-video'] };
const vendor = { kind: 'vendor', id: 'sun', families: [{ family: 'solar', names: ['solar'] }] };
const namespace = { kind: 'namespace', vendor: 'mistral', namespace: 'mistral-labs' };
const limited = { kind: 'limited', vendor: 'openai', family: 'gpt', tier: 'pro' };
const alias = { kind: 'alias', id: 'gpt-next', means: 'gpt-5' };

test.each([
  ['no entry', {}, '#/entry', 'must be present unless supersedes is'],
  ['no reason', { entry: tier, reason: undefined }, '#/reason', 'must be present'],
  ['an unknown field', { entry: tier, dry_run: true }, '#/dry_run', 'dry_run'],
  ['an entry without a kind', { entry: { id: 'gpt-next' } }, '#/entry/kind', 'must be one of'],
  ['an unknown kind', { entry: { ...tier, kind: 'size' } }, '#/entry/kind', 'must be one of'],
  ['an unknown field of an entry', { entry: { ...tier, tiers: ['neon'] } }, '#/entry/tiers', 'tiers'],
  ['a tier without its word', { entry: { ...tier, tier: undefined } }, '#/entry/tier', 'must be present'],
  ['a tier in capitals', { entry: { ...tier, tier: 'Neon' } }, '#/entry/tier', 'must be lower case'],
  ['a tier with a space', { entry: { ...tier, tier: 'neon max' } }, '#/entry/tier', 'must be without spaces'],
  ['a tier of no versions', { entry: { ...tier, versions: [] } }, '#/entry/versions', 'must'],
  ['a tier of a number', { entry: { ...tier, versions: [4] } }, '#/entry/versions/0', 'must be'],
  ['a tier of no version', { entry: { ...tier, versions: ['four'] } }, '#/entry/versions/0', 'must be a version'],
  ['a tier of an unknown family', { entry: { ...tier, family: 'gemino' } }, '#/entry/family', 'is not known'],
  ['a tier that stands', { entry: { ...tier, tier: 'pro' } }, '#/entry/tier', 'already a tier of gemini'],
  [
    'a channel of half a family',
    { entry: { kind: 'channel', vendor: 'google', channel: 'x' } },
    '#/entry/family',
    'must be present',
  ],
  [
    'a channel that is a preset',
    { entry: { kind: 'channel', channel: 'high' } },
    '#/entry/channel',
    'already a preset',
  ],
  ['a family without names', { entry: { ...family, names: [] } }, '#/entry/names', 'must'],
  ['a name with a slash', { entry: { ...family, names: ['openai/gpt-video'] } }, '#/entry/names/0', 'without a slash'],
  ['a family of an unknown join', { entry: { ...family, joins: ['+'] } }, '#/entry/joins/0', 'must be one of'],
  [
    'a family of unknown stamps',
    { entry: { ...family, snapshots: ['DDMM'] } },
    '#/entry/snapshots/0',
    'must be one of',
  ],
  ['a family that shadows another', { entry: { ...family, names: ['gpt-6'] } }, '#/entry/names/0', 'openai/gpt'],
  ['a vendor without families', { entry: { ...vendor, families: [] } }, '#/entry/families', 'must'],
  [
    'a vendor in an unknown feed',
    { entry: { ...vendor, own: { litelm: ['sun'] } } },
    '#/entry/own/litelm',
    'is not a type of feed',
  ],
  [
    'a vendor with a host of another',
    { entry: { ...vendor, own: { litellm: ['openai'] } } },
    '#/entry/own/litellm/0',
    'belongs to openai',
  ],
  ['a vendor with a reserved id', { entry: { ...vendor, id: 'liquid' } }, '#/entry/id', 'reserved for Liquid AI'],
  [
    'a vendor with a reserved namespace',
    { entry: { ...vendor, namespaces: ['liquid'] } },
    '#/entry/namespaces/0',
    "Liquid AI's",
  ],
  ['a reserved namespace', { entry: { ...namespace, namespace: 'liquid' } }, '#/entry/namespace', "Liquid AI's"],
  [
    'a namespace that is a host',
    { entry: { ...namespace, namespace: 'azure' } },
    '#/entry/namespace',
    'several vendors',
  ],
  [
    'a namespace in an unknown feed',
    { entry: { ...namespace, own: ['litelm'] } },
    '#/entry/own/0',
    'is not a type of feed',
  ],
  ['a limit of a whole vendor', { entry: { kind: 'limited', vendor: 'openai' } }, '#/entry/family', 'unless name is'],
  ['a limit of a whole family', { entry: { ...limited, tier: undefined } }, '#/entry/tier', 'unless name is'],
  ['a limit of no day', { entry: { ...limited, until: '2026-02-30' } }, '#/entry/until', 'must be'],
  [
    'a limit that ends first',
    { entry: { ...limited, from: '2026-02-02', until: '2026-02-01' } },
    '#/entry/until',
    'must be after from',
  ],
  ['an alias without a meaning', { entry: { kind: 'alias', id: 'gpt-next' } }, '#/entry', 'either means or reason'],
  ['an alias of no model', { entry: { ...alias, means: 'gpt-latest' } }, '#/entry/means', 'is not read as a model'],
  ['a match of another sort', { entry: { ...alias, match: 'suffix' } }, '#/entry/match', 'must be one of'],
  [
    'a name that is none for no known reason',
    { entry: { kind: 'not_a_model', id: 'x', reason: 'odd' } },
    '#/entry/reason',
    'must be one of',
  ],
  ['no addition to supersede', { entry: tier, supersedes: 'idn_none' }, '#/supersedes', 'no addition idn_none'],
])('an addition with %s is rejected, as is its check', async (_what, fields, pointer, detail) => {
  for (const path of ['POST /v1/identity/additions/check', 'POST /v1/identity/additions']) {
    const { status, json } = await world.admin(path, { json: { reason, ...fields } });
    expect([status, json.code, json.errors.map((error: { pointer: string }) => error.pointer)]).toEqual([
      422,
      'validation_failed',
      [pointer],
    ]);
    expect(json.errors[0].detail).toContain(detail);
  }
});
