import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Criterion, ModelPattern } from '../../../src/domain/criterion/criterion.ts';
import { resolveDue } from '../../../src/services/settling/resolver.ts';
import { oldModels } from '../../support/listings.ts';
import { readAt, record, resolutions, view } from '../../support/play.ts';
import { catalogues, openWorld, type World } from '../../support/world.ts';

/**
 * Names that are mistaken for others, as two lists carry them for days. What each test says was met in real lists; what is asked
 * is whether a claim about another model is settled by it.
 */

/** Ids of the vendors' own rows: provider → ids. */
const own: Readonly<Record<string, readonly string[]>> = {
  openai: [
    ...['o4-mini', 'o4-mini-deep-research', 'o4-mini-2025-04-16', 'o4-mini-high', 'ft:o4-mini-2025-04-16'],
    ...['gpt-7-2027-08-07', 'gpt-7-mini', 'gpt-7.1', 'gpt-7.6-sol', 'gpt-7-chat-latest'],
    ...['gpt-8-astra', 'gpt-8-sol', 'gpt-8.1-sol', 'tts-fable', 'gpt-9'],
  ],
  anthropic: ['claude-opus-5-5', 'claude-opus-4-5', 'claude-4-opus-20250514', 'claude-3-5-sonnet-20241022'],
};
/** Rows of hosts. */
const hosted: Readonly<Record<string, readonly string[]>> = {
  azure: ['azure/gpt-9', 'azure/eu/gpt-9-2027-08-07'],
  databricks: ['databricks-gpt-8-2', 'databricks-claude-opus-4'],
  venice: ['openai-gpt-52', 'claude-opus-41'],
  openrouter: ['openrouter/openai/gpt-9', 'openrouter/horizon-alpha', 'openrouter/polaris-alpha'],
  oci: ['oci/openai.gpt-9'],
  bedrock: ['us.anthropic.claude-opus-4-1-20250805-v1:0', 'anthropic.claude-3-opus-20240229-v1:0'],
  vertex_ai: ['vertex_ai/claude-opus-4-1@20250805'],
  kilo: ['stealth/claude-opus-4.6'],
  nebius: [
    ...[
      'ibm-granite/granite-ttm-512-96-r2',
      'alibaba/wan-v2.6-r2v',
      'bigcode/starcoder2',
      'deepseek-r1-distill-llama-70b',
    ],
    ...['nvidia/llama-5-nemotron-70b', 'GPT-9.5-Distill-Qwen3-4B-Instruct', 'GPT-9.5-mini-abliterated.Q4_K_M.gguf'],
    'TeichAI/Qwen3-8B-Claude-6-Opus-High-Reasoning-Distill',
  ],
};

const gpt = (version: string, tier: ModelPattern['tier'] = null): ModelPattern => ({
  vendor: 'openai',
  family: 'gpt',
  version,
  tier,
});
const claude = (version: string, tier: string): ModelPattern => ({
  vendor: 'anthropic',
  family: 'claude',
  version,
  tier: [tier],
});
const deepseekR2: ModelPattern = { vendor: 'deepseek', family: 'deepseek-r', version: '2', tier: 'any' };
const countOf = (model: ModelPattern, at_least: number): Criterion => ({
  op: 'count',
  model,
  at_least,
  distinct: 'model',
});

type Case = { readonly name: string; readonly claims: Readonly<Record<string, ModelPattern | Criterion>> };

const untouched: readonly Case[] = [
  {
    name: 'o4-mini, o4-mini-deep-research, a dated o4-mini, an effort preset and a fine-tune are not o4',
    claims: { o4: { vendor: 'openai', family: 'o', version: '4', tier: null } },
  },
  {
    name: 'the day in gpt-7-2027-08-07 is not part of its version: it is not GPT-7.2',
    claims: { 'gpt-7.2': gpt('7.2', 'any'), 'gpt-7.2027': gpt('7.2027', 'any') },
  },
  {
    name: 'gpt-7-mini, gpt-7.1 and gpt-7.6-sol are not GPT-7 with another tier, and gpt-7-chat-latest is not a model',
    claims: { 'gpt-7-pro': gpt('7', ['pro']), 'gpt-7-chat': gpt('7', ['chat']), 'gpt-7.6': gpt('7.6', null) },
  },
  { name: 'gpt-8-astra and gpt-8-sol are not a bare GPT-8, which no feed lists', claims: { 'gpt-8': gpt('8') } },
  {
    name: 'two digits without a dot are not a version: openai-gpt-52 is not 52, claude-opus-41 is not 41',
    claims: {
      'gpt-50': { ...gpt('50', 'any'), version: { gte: '50' } },
      'opus-41': { ...claude('41', 'opus'), version: { gte: '40' } },
    },
  },
  {
    name: 'claude-opus-5-5, claude-opus-4-5 and claude-3-5-sonnet share words with Claude 3.5 Opus, but are other models',
    claims: { 'opus-3.5': claude('3.5', 'opus'), 'sonnet-5.5': claude('5.5', 'sonnet') },
  },
  {
    name: 'granite-ttm-…-r2, wan-v2.6-r2v and starcoder2 are not DeepSeek R2, and a distilled R1 is not a DeepSeek model',
    claims: { r2: deepseekR2, 'r1-70b': { vendor: 'deepseek', family: 'deepseek-r', tier: 'any' } },
  },
  {
    name: "another maker's llama-5-nemotron is not Llama 5",
    claims: { 'llama-5': { vendor: 'meta', family: 'llama', version: '5', tier: 'any' } },
  },
  {
    name: 'distilled, uncensored and converted copies named after a closed model are not models of its vendor',
    claims: { 'gpt-9.5': gpt('9.5', 'any'), 'opus-6': claude('6', 'opus') },
  },
  {
    name: 'a codename in two lists (horizon-alpha, polaris-alpha) is not a model',
    claims: { horizon: { vendor: 'any', family: 'horizon', tier: 'any' } },
  },
  {
    name: 'a voice called fable is not Claude Fable',
    claims: { fable: { vendor: 'anthropic', family: 'claude', tier: ['fable'] } },
  },
  {
    name: 'gpt-9 with an azure, region, router and oci prefix is one model, not five',
    claims: { 'two-of-gpt-9': countOf({ ...gpt('9', 'any') }, 2) },
  },
  {
    name: 'Claude Opus 4.1 on two clouds is one model, not two',
    claims: { 'two-of-opus-4.1': countOf(claude('4.1', 'opus'), 2) },
  },
  {
    name: 'hosts alone do not prove general availability, whatever the prefix',
    claims: { 'opus-4.1-ga': { ...claude('4.1', 'opus'), stage: 'ga' } },
  },
];

/** What the same lists do settle: without these the others could pass because nothing is read. */
const settled: readonly Case[] = [
  {
    name: 'a dated o4-mini and its bare name are o4-mini',
    claims: { 'o4-mini': { vendor: 'openai', family: 'o', version: '4', tier: ['mini'] } },
  },
  { name: 'a dated id is the model without its date', claims: { 'gpt-7': gpt('7') } },
  {
    name: 'if no bare name exists, a claim about any tier is met by the tiers',
    claims: { 'gpt-8-any': gpt('8', 'any') },
  },
  {
    name: 'claude-opus-5-5 is Claude Opus 5.5, and claude-4-opus-20250514 is Claude Opus 4, whatever the word order',
    claims: { 'opus-5.5': claude('5.5', 'opus'), 'opus-4': claude('4', 'opus') },
  },
  {
    name: 'Claude Opus 4.1 with regions, revisions and dates on two clouds is released',
    claims: { 'opus-4.1': claude('4.1', 'opus') },
  },
  {
    name: 'a discounted "stealth" offer of a named model is a row of that model',
    claims: { 'opus-4.6': claude('4.6', 'opus') },
  },
];

/** Read as what it says, and put before a person: one host's row never makes a bare name. */
const proposed: Case = {
  name: "a host's databricks-gpt-8-2 is read as 8.2 and settles nothing alone, though two lists carry it",
  claims: { 'gpt-8.2': gpt('8.2') },
};

const isCriterion = (claim: ModelPattern | Criterion): claim is Criterion => 'op' in claim;

let world: World;
beforeAll(async () => {
  world = await openWorld({ now: '2025-11-01T00:00:00Z', feeds: catalogues });
  const before = { litellm: map({ openai: oldModels }), 'models-dev': catalogue({ openai: oldModels }) };
  await readAt(world, '2025-12-01', before);
  for (const { claims } of [...untouched, ...settled, proposed])
    for (const [slug, claim] of Object.entries(claims)) {
      const criterion: Criterion = isCriterion(claim) ? claim : { op: 'released', model: claim };
      await record(world, slug.replaceAll('.', '-'), criterion, { madeAt: '2025-11-01' });
    }
  const all = { ...own, ...hosted, openai: [...oldModels, ...(own.openai ?? [])] };
  for (const day of ['2026-01-02', '2026-01-04'])
    await readAt(world, day, { litellm: map(all), 'models-dev': catalogue(all) });
  world.clock.set('2026-01-10');
  await resolveDue(world.deps);
});
afterAll(() => world.close());

type Rows = Readonly<Record<string, readonly string[]>>;

const map = (rows: Rows): object =>
  Object.fromEntries(
    Object.entries(rows).flatMap(([litellm_provider, ids]) =>
      ids.map((id) => [id, { litellm_provider, mode: 'chat' }]),
    ),
  );
const catalogue = (rows: Rows): object =>
  Object.fromEntries(
    Object.entries(rows).map(([host, ids]) => [host, { models: Object.fromEntries(ids.map((id) => [id, { id }])) }]),
  );

async function outcomes({ claims }: Case): Promise<Record<string, string>> {
  const results: [string, string][] = [];
  for (const slug of Object.keys(claims)) {
    const [last] = (await resolutions(world, slug.replaceAll('.', '-'))).slice(-1);
    results.push([slug, last?.split(' ')[0] ?? (await view(world, slug.replaceAll('.', '-'))).status]);
  }
  return Object.fromEntries(results);
}

const all = (claims: Case['claims'], outcome: string): Record<string, string> =>
  Object.fromEntries(Object.keys(claims).map((slug) => [slug, outcome]));

describe('in two lists', () => {
  test.each(untouched.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    expect(await outcomes(one)).toEqual(all(one.claims, 'open'));
  });

  test.each(settled.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    expect(await outcomes(one)).toEqual(all(one.claims, 'yes'));
    expect(world.errors).toEqual([]);
  });

  test(proposed.name, async () => {
    expect(await outcomes(proposed)).toEqual(all(proposed.claims, 'proposed'));
  });
});
