import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { familyKey } from '../../../src/domain/identity/keys.ts';
import type { Identity } from '../../../src/domain/identity/model-id.ts';
import { modelIdCharactersMax, parseModelId } from '../../../src/domain/identity/parse.ts';
import { findOwner, readIdentityTable } from '../../../src/domain/identity/table.ts';

const readText = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const table = readIdentityTable(JSON.parse(readText('../../../data/identity.json')));
const orNull = (cell: string | undefined): string | null => (cell === undefined || cell === '' ? null : cell);

/** The corpus is typed by hand from the rules; it has no quoted cells and no commas inside cells. */
const corpus = readText('./identity.csv')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [id = '', feed = '', host, vendor, family, version, tier, stage, outcome = '', trap] = line.split(',');
    const model = {
      vendor: orNull(vendor),
      family: orNull(family),
      version: orNull(version),
      tier: orNull(tier),
      stage: orNull(stage),
    };
    const expected = outcome === 'model' ? model : { reason: outcome, vendor: orNull(vendor) };
    return { id, context: { feed, host: orNull(host) }, expected, trap: trap === 'y' };
  });

/** Real ids of rows in vendors' own namespaces, under headings of feed and host. */
const ownGroups = readText('./own-ids.txt')
  .trim()
  .split('\n\n')
  .map((block) => {
    const [heading = '', ...ids] = block.split('\n');
    const [, feed = '', host = ''] = heading.split(' ');
    return { feed, host, ids };
  });

function summarise(identity: Identity): object {
  if (identity.outcome !== 'model') return { reason: identity.reason, vendor: identity.vendor };
  const { vendor, family, version, tier, stage } = identity;
  return { vendor, family, version, tier, stage };
}

describe('the hand-typed corpus', () => {
  test('has at least 400 ids, 150 of them from OpenAI and Anthropic, and 100 traps', () => {
    const ofTwo = corpus.filter(({ expected }) => ['openai', 'anthropic'].includes(expected.vendor ?? ''));
    expect(corpus.length).toBeGreaterThanOrEqual(400);
    expect(ofTwo.length).toBeGreaterThanOrEqual(150);
    expect(corpus.filter(({ trap }) => trap).length).toBeGreaterThanOrEqual(100);
    expect(new Set(corpus.map(({ id, context }) => `${context.feed} ${context.host} ${id}`)).size).toBe(corpus.length);
  });

  test.each(corpus)('$id of $context.feed $context.host is read as typed', ({ id, context, expected }) => {
    expect(summarise(parseModelId(table, id, context))).toEqual(expected);
  });
});

describe("rows in the vendors' own namespaces", () => {
  const listUnread = (feed: string): string[] =>
    ownGroups
      .filter((group) => group.feed === feed)
      .flatMap(({ host, ids }) =>
        ids.filter((id) => {
          const identity = parseModelId(table, id, { feed, host: feed === 'openrouter' ? null : host });
          return identity.outcome !== 'model' && ['unrecognised', 'unknown_vendor'].includes(identity.reason);
        }),
      );

  test.each(['litellm', 'models_dev', 'npm_sdk', 'openai_models', 'openrouter'])(
    'at least 98 % of %s are recognised',
    (feed) => {
      const total = ownGroups.filter((group) => group.feed === feed).flatMap(({ ids }) => ids).length;
      expect(total).toBeGreaterThan(50);
      expect(listUnread(feed).length).toBeLessThanOrEqual(0.02 * total);
    },
  );

  test('the unrecognised ones are listed by name', () => {
    expect([...new Set(ownGroups.map(({ feed }) => feed))].flatMap(listUnread)).toEqual([
      'mistralai/mistral-small-creative',
    ]);
  });

  test('every vendor has models among them', () => {
    const found = ownGroups.flatMap(({ feed, host, ids }) =>
      ids.map((id) => parseModelId(table, id, { feed, host: feed === 'openrouter' ? null : host })),
    );
    const owners = new Set(found.flatMap((identity) => (identity.outcome === 'model' ? [identity.vendor] : [])));
    expect([...owners].sort()).toEqual([...table.vendors].sort());
  });

  test("each model row is its vendor's own, and has no host", () => {
    for (const { feed, host, ids } of ownGroups) {
      const vendor = findOwner(table, feed, host)?.vendor;
      for (const id of ids) {
        const identity = parseModelId(table, id, { feed, host: feed === 'openrouter' ? null : host });
        if (identity.outcome !== 'model') continue;
        expect({ id, own: identity.own, host: identity.host }).toEqual({ id, own: true, host: null });
        expect(identity.vendor).toBe(vendor);
      }
    }
  });

  test('no base family holds an embedding, image, audio, guard or vision model', () => {
    const special =
      /embed|image|imagen|audio|realtime|tts|asr|transcribe|whisper|guard|moderation|vision|-vl|ocr|omni|speech|rerank|safety|translate/;
    const bases = [
      ...['openai/gpt', 'google/gemini', 'xai/grok', 'meta/llama', 'mistral/mistral', 'qwen/qwen', 'moonshot/kimi'],
      ...['zhipu/glm', 'minimax/minimax', 'amazon/nova', 'microsoft/phi', 'nvidia/nemotron', 'cohere/command'],
      ...['ibm/granite', 'bytedance/seed', 'tencent/hunyuan', 'baidu/ernie', 'xiaomi/mimo', 'perplexity/sonar'],
    ];
    for (const { feed, host, ids } of ownGroups) {
      for (const id of ids.filter((name) => special.test(name))) {
        const identity = parseModelId(table, id, { feed, host });
        if (identity.outcome === 'model') expect(bases, id).not.toContain(familyKey(identity));
      }
    }
  });
});

const own: readonly [string, string | null, string, boolean, string | null][] = [
  ['litellm', 'openai', 'gpt-5', true, null],
  ['litellm', 'openai', 'openai/sora-2', true, null],
  ['litellm', 'azure', 'azure/gpt-5', false, 'azure'],
  ['litellm', 'chatgpt', 'chatgpt/gpt-5.4', false, 'chatgpt'],
  ['litellm', null, 'azure/openai/gpt-5', false, 'azure'],
  ['litellm', null, 'xai/grok-4', true, null],
  ['litellm', null, 'gpt-5', false, null],
  ['litellm', 'openai', 'azure/gpt-5', false, 'azure'],
  ['litellm', 'openai', 'someone/gpt-oss-20b', false, null],
  ['litellm', 'gemini', 'gemini/gemini-2.5-pro', true, null],
  ['litellm', 'vertex_ai-language-models', 'gemini-3-flash', false, 'vertex_ai-language-models'],
  ['litellm', 'replicate', 'replicate/google/gemini-3-pro', false, 'replicate'],
  ['models_dev', 'google', 'gemini-2.5-pro', true, null],
  ['models.dev', 'google', 'gemini-2.5-pro', true, null],
  ['models_dev', 'google-vertex', 'gemini-2.5-pro', false, 'google-vertex'],
  ['models_dev', 'llama', 'llama-3.3-70b-instruct', true, null],
  ['models_dev', 'llama', 'groq-llama-4-maverick-17b-128e-instruct', false, 'groq'],
  ['models_dev', 'alibaba', 'qwen3-max', true, null],
  ['models_dev', 'alibaba', 'deepseek-v3', false, null],
  ['models_dev', 'alibaba-cn', 'qwen3-max', false, 'alibaba-cn'],
  ['models_dev', 'openrouter', 'openai/gpt-5', false, 'openrouter'],
  ['vercel_gateway', null, 'openai/gpt-5', true, null],
  ['vercel_gateway', null, 'xai/grok-4', true, null],
  ['vercel_gateway', null, 'spacexai/grok-4.3', true, null],
  ['vercel_gateway', null, 'alibaba/qwen3-max', false, 'alibaba'],
  ['huggingface', null, 'Qwen/Qwen3-32B', true, null],
  ['huggingface', null, 'xai-org/grok-2', true, null],
  ['gemini_models', 'google', 'gemini-2.5-pro', true, null],
  ['anthropic_models', 'anthropic', 'claude-opus-4-6', true, null],
  ['openrouter', null, 'openai/gpt-5', true, null],
  ['openrouter', 'openai', 'openai/gpt-5', true, null],
  ['openrouter', null, 'gpt-5', false, null],
  ['openrouter', null, 'stealth/gpt-5', false, 'stealth'],
  ['huggingface', 'deepseek-ai', 'DeepSeek-V3.1', true, null],
  ['huggingface', null, 'deepseek-ai/DeepSeek-V3.1', true, null],
  ['npm_sdk', 'openai', 'gpt-5', true, null],
  ['npm_sdk', 'openai', 'claude-opus-4-1', false, null],
  ['ledger', 'anthropic', 'claude-opus-4-1', true, null],
  ['models_dev', 'moonshotai-cn', 'kimi-k2.5', true, null],
  ['models_dev', 'kimi-for-coding', 'kimi-k2-thinking', false, 'kimi-for-coding'],
  ['models_dev', 'zhipuai', 'glm-5', true, null],
  ['models_dev', 'zai-coding-plan', 'glm-5', false, 'zai-coding-plan'],
  ['models_dev', 'cerebras', 'zai-glm-4.7', false, 'cerebras'],
  ['models_dev', 'minimax-cn-coding-plan', 'MiniMax-M3', false, 'minimax-cn-coding-plan'],
  ['vercel_gateway', null, 'zai/glm-5', true, null],
  ['deprecations', 'OpenAI', 'gpt-4', true, null],
];

describe('the owner of a row', () => {
  test.each(own)('in %s, under %s, %s is own: %s, host: %s', (feed, host, id, isOwn, servedBy) => {
    const identity = parseModelId(table, id, { feed, host });
    if (identity.outcome !== 'model') {
      expect({ id, reason: identity.reason, isOwn }).toEqual({ id, reason: 'derivative', isOwn: false });
      return;
    }
    expect({ own: identity.own, host: identity.host }).toEqual({ own: isOwn, host: servedBy });
  });

  test('on Hugging Face another namespace makes a derivative, whether it is in the id or given separately', () => {
    const derivative = { outcome: 'none', reason: 'derivative', vendor: 'meta' };
    expect(parseModelId(table, 'someone/Llama-3.1-8B', { feed: 'huggingface', host: 'someone' })).toEqual(derivative);
    expect(parseModelId(table, 'Llama-3.1-8B', { feed: 'huggingface', host: 'someone' })).toEqual(derivative);
  });
});

describe('stamps in an id', () => {
  test.each([
    ['gpt-5-2025-08-07', '2025-08-07', '2025-08-07'],
    ['claude-opus-4-1@20250805', '20250805', '2025-08-05'],
    ['gpt-4-0613', '0613', null],
    ['mistral-small-2503', '2503', null],
    ['gemini-2.5-flash-preview-09-2025', '09-2025', null],
    ['gemini-2.5-pro-preview-05-06', '05-06', null],
    ['kimi-k2-thinking-251104', '251104', '2025-11-04'],
    ['gemini-1.5-pro-002', '002', null],
    ['gpt-5', null, null],
  ])('%s contains %s, which spells the day %s', (id, snapshot, snapshotDay) => {
    expect(parseModelId(table, id, { feed: 'litellm' })).toMatchObject({ snapshot, snapshotDay });
  });

  test('regions, revisions, prices and quantisations are channels and not part of the model', () => {
    const channelsOf = (id: string) => parseModelId(table, id, { feed: 'litellm' });
    expect(channelsOf('us.anthropic.claude-opus-4-1-20250805-v1:0')).toMatchObject({ channels: ['us', 'v1:0'] });
    expect(channelsOf('azure/eu/gpt-5.5-272k')).toMatchObject({ channels: ['eu', '272k'] });
    expect(channelsOf('meta_llama/Llama-4-Scout-17B-16E-Instruct-FP8')).toMatchObject({
      channels: ['16e', 'instruct', 'fp8', '17b'],
    });
  });
});

const anyContext = fc.record({
  feed: fc.constantFrom('litellm', 'models_dev', 'openrouter', 'huggingface', 'npm_sdk', 'nowhere'),
  host: fc.option(fc.constantFrom('openai', 'anthropic', 'azure', 'google-vertex', 'x-ai', '', 'someone')),
});
const words = corpus.flatMap(({ id }) => id.split(/(?<=[-/:.@])/));
const anyId = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.array(fc.constantFrom(...words)).map((parts) => parts.join('')),
);

describe('any id', () => {
  test('is parsed without exceptions, and deterministically', () => {
    fc.assert(
      fc.property(anyId, anyContext, (id, context) => {
        const identity = parseModelId(table, id, context);
        expect(parseModelId(table, id, context)).toEqual(identity);
        if (identity.outcome === 'model') expect(table.families.has(familyKey(identity))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('above the length limit is unrecognised', () => {
    const id = `gpt-5${'-fast'.repeat(60)}`;
    expect(id.length).toBeGreaterThan(modelIdCharactersMax);
    expect(parseModelId(table, id, { feed: 'litellm', host: 'openai' })).toEqual({
      outcome: 'none',
      reason: 'unrecognised',
      vendor: null,
    });
  });

  test('of a model is the same model behind a known host, region or channel', () => {
    const plain = corpus.filter(({ id, context }) => {
      const identity = parseModelId(table, id, context);
      return identity.outcome === 'model' && !/[/:%]/.test(id) && context.feed !== 'huggingface';
    });
    const decorations: readonly ((id: string, vendor: string | null) => string)[] = [
      (id, vendor) => `azure/${vendor}/${id}`,
      (id, vendor) => `openrouter/${vendor}/${id}`,
      (id, vendor) => `bedrock/us-east-1/${vendor}/${id}`,
      (id, vendor) => `azure/eu/${vendor}/${id}`,
      (id, vendor) => `${vendor}/databricks-${id}`,
      (id, vendor) => `${vendor}/eu.${id}`,
      (id, vendor) => `${vendor}/${id}:free`,
      (id, vendor) => `${vendor}%2F${id}`,
      (id, vendor) => `${vendor}/${id.toUpperCase()}`,
    ];
    fc.assert(
      fc.property(fc.constantFrom(...plain), fc.constantFrom(...decorations), ({ id, expected }, decorate) => {
        const decorated = decorate(id, expected.vendor);
        expect(summarise(parseModelId(table, decorated, { feed: 'litellm' })), decorated).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test('never has a two-digit whole number as version', () => {
    fc.assert(
      fc.property(anyId, anyContext, (id, context) => {
        const identity = parseModelId(table, id, context);
        if (identity.outcome === 'model') expect(identity.version ?? '').not.toMatch(/^\d\d+[a-z]?$/);
      }),
      { numRuns: 1000 },
    );
  });
});
