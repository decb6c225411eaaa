import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { adapterNames, findAdapter } from '../../../src/domain/feeds/adapters/registry.ts';
import { parseReleaseText } from '../../../src/domain/feeds/stated-date.ts';
import { trusts } from '../../../src/domain/feeds/trust.ts';
import { parseModelId } from '../../../src/domain/identity/parse.ts';
import { readIdentityTable } from '../../../src/domain/identity/table.ts';
import { parseDate } from '../../../src/domain/instant.ts';

const root = new URL('../../../', import.meta.url);

function readBytes(path: string): Uint8Array {
  return readFileSync(new URL(path, root));
}

function readData(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, root), 'utf8'));
}

function readLedger(path: string) {
  const adapter = findAdapter('ledger');
  if (adapter === null) throw new Error('there is no ledger adapter');
  return adapter.parse(readBytes(path)).items;
}

const identity = readIdentityTable(readData('data/identity.json'));
/** Of each vendor that the ledger dates models of: who publishes its sources, and where. */
const publishers: Readonly<Record<string, { readonly name: string; readonly pages: RegExp }>> = {
  openai: { name: 'OpenAI', pages: /^((developers\.)?openai\.com|github\.com\/openai)\// },
  anthropic: { name: 'Anthropic', pages: /^(www\.anthropic\.com|github\.com\/anthropics)\// },
  google: { name: 'Google', pages: /^(ai\.google\.dev|blog\.google)\// },
  xai: { name: 'xAI', pages: /^x\.ai\// },
  meta: { name: 'Meta', pages: /^(ai\.meta\.com|huggingface\.co\/meta-llama)\// },
  deepseek: { name: 'DeepSeek', pages: /^api-docs\.deepseek\.com\// },
  mistral: { name: 'Mistral AI', pages: /^((docs\.)?mistral\.ai|(github\.com|huggingface\.co)\/mistralai)\// },
  qwen: { name: 'Alibaba (Qwen)', pages: /^(qwen\.ai|qwenlm\.github\.io|github\.com\/QwenLM|huggingface\.co\/Qwen)\// },
  amazon: { name: 'Amazon Web Services', pages: /^docs\.aws\.amazon\.com\// },
  cohere: { name: 'Cohere', pages: /^(docs\.cohere\.com|github\.com\/cohere-ai)\// },
  minimax: { name: 'MiniMax', pages: /^platform\.minimaxi?\.(io|com|cn)\// },
  moonshot: { name: 'Moonshot AI', pages: /^(platform|www)\.kimi\.com\// },
  zhipu: { name: 'Z.ai', pages: /^(docs\.(z\.ai|bigmodel\.cn)|github\.com\/zai-org)\// },
};

const ledgerFile = z.object({
  reviewed_through: z.string(),
  reviewed: z.record(z.string(), z.string()),
  entries: z.array(z.object({ id: z.string(), vendor: z.string(), publisher: z.string(), source_url: z.string() })),
});

const feedsFile = z.strictObject({
  format: z.literal('outturn-feeds/1'),
  feeds: z.array(
    z.strictObject({
      slug: z.string().regex(/^[a-z0-9-]+$/),
      adapter: z.enum(adapterNames),
      url: z.string(),
      trust: z.enum(trusts),
      origin: z.string().min(1),
      covers: z.array(z.string()),
      settlement_lag: z.string().regex(/^P/),
      enabled: z.boolean(),
      package: z.string().optional(),
      options: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});

describe('the reviewed ledgers', () => {
  it.each(['data/ledger.json', 'data/sdk-history/openai.json', 'data/sdk-history/anthropic.json'])(
    '%s is valid and sorted, so that diffs are readable',
    (path) => {
      const items = readLedger(path);
      const starts = items.map(
        (item) => parseReleaseText(item.released?.text ?? item.publishedAt ?? '')?.interval.from ?? Number.NaN,
      );
      const days = starts.map((start) => Math.floor(start / 86_400_000));
      expect(days).toEqual([...days].sort((a, b) => a - b));
      expect(days.every((day) => Number.isInteger(day))).toBe(true);
    },
  );

  it.each(['data/ledger.json', 'data/sdk-history/openai.json', 'data/sdk-history/anthropic.json'])(
    '%s does not contradict the identity data about limited models',
    (path) => {
      for (const { name, host, stage, publishedAt } of readLedger(path)) {
        const at = parseDate(publishedAt ?? '')?.interval.from ?? Number.NaN;
        const read = parseModelId(identity, name, { feed: 'ledger', host, at });
        if (read.outcome === 'model' && stage !== 'announced') {
          expect([name, read.stage === 'limited']).toEqual([name, stage === 'limited']);
        }
      }
    },
  );

  it('have releases of every covered vendor', () => {
    const items = readLedger('data/ledger.json');
    expect(items.length).toBeGreaterThanOrEqual(70);
    expect(new Set(items.map((item) => item.host))).toEqual(new Set(Object.keys(publishers)));
  });

  it('name the publisher of every source, which is the vendor on a page of its own', () => {
    const { entries } = ledgerFile.parse(readData('data/ledger.json'));
    for (const { id, vendor, publisher, source_url: url } of entries) {
      const page = url.replace('https://', '');
      const { name, pages } = publishers[vendor] ?? { name: null, pages: /^$/ };
      expect([id, publisher, pages.test(page)]).toEqual([id, name, true]);
    }
  });

  it('give the last reviewed day of every vendor, and none later than that of the file', () => {
    const { reviewed, reviewed_through: through } = ledgerFile.parse(readData('data/ledger.json'));
    expect(Object.keys(reviewed).sort()).toEqual(Object.keys(publishers).sort());
    expect(Object.values(reviewed).sort().at(-1)).toBe(through);
  });

  it.each([
    ['openai/gpt-5#general', '2025-08-07'],
    ['openai/gpt-4.5-preview#preview', '2025-02-27'],
    ['openai/o1-preview#preview', '2024-09-12'],
    ['openai/o1#general', '2024-12-17'],
    ['openai/o3-mini#general', '2025-01-31'],
    ['openai/o3#general', '2025-04-16'],
    ['openai/o4-mini#general', '2025-04-16'],
    ['anthropic/claude-3-7-sonnet#general', '2025-02-24'],
    ['anthropic/claude-opus-5#general', '2026-07-24'],
    ['google/gemini-2.5-pro-preview#preview', '2025-03-25'],
    ['google/gemini-2.5-pro#general', '2025-06-17'],
    ['google/gemini-3-pro-preview#preview', '2025-11-18'],
  ])('date %s to %s', (key, day) => {
    const item = readLedger('data/ledger.json').find((each) => each.key === key);
    expect(item?.released).toEqual({ text: day, weight: 'stands' });
    expect(item?.publishedAt).toBe(day);
  });

  it('contain no full o4, no o5, no bare GPT-6 and no Claude 3.5 Opus', () => {
    const names = ['data/ledger.json', 'data/sdk-history/openai.json', 'data/sdk-history/anthropic.json'].flatMap(
      (path) => readLedger(path).map((item) => item.name),
    );
    expect(names.filter((name) => /^(o4|o5.*|gpt-6)$|3[.-]5-opus|opus-3[.-]5/.test(name))).toEqual([]);
  });

  it('date a model once per stage: no entry is a dated snapshot of another', () => {
    const names = readLedger('data/ledger.json').map((item) => item.name);
    expect(names.filter((name) => /20\d{2}-?\d{2}-?\d{2}|-\d{4}$/.test(name))).toEqual([]);
  });

  it('use the SDK tables as sightings: none of their entries states a release date', () => {
    for (const vendor of ['openai', 'anthropic']) {
      const items = readLedger(`data/sdk-history/${vendor}.json`);
      expect(items.filter((item) => item.released !== undefined || item.host !== vendor)).toEqual([]);
    }
  });

  it('date the first SDK declaration of GPT-5 to the second', () => {
    const item = readLedger('data/sdk-history/openai.json').find((each) => each.name === 'gpt-5');
    expect(item?.publishedAt).toBe('2025-08-07T17:04:19Z');
  });
});

describe('the default feeds', () => {
  const { feeds } = feedsFile.parse(readData('data/feeds.json'));

  it('have a unique slug and a known adapter each', () => {
    expect(new Set(feeds.map((feed) => feed.slug)).size).toBe(feeds.length);
    expect(new Set(feeds.map((feed) => feed.adapter))).toEqual(new Set(adapterNames));
  });

  it('have a readable location: https, a file of the repository or a package', () => {
    for (const feed of feeds) {
      if (feed.url.startsWith('builtin:'))
        expect(readLedger(feed.url.slice('builtin:'.length)).length).toBeGreaterThan(0);
      else if (feed.package !== undefined) expect(feed.url).toBe(`npm:${feed.package}`);
      else expect(new URL(feed.url).protocol).toBe('https:');
    }
  });

  it('claim no coverage for a list from which absence proves nothing', () => {
    const covering = feeds.filter((feed) => feed.covers.length > 0).map((feed) => feed.slug);
    expect(covering).toEqual(['litellm', 'models-dev', 'openrouter']);
  });

  it('cover only vendors that publish in the feed themselves', () => {
    for (const { adapter, covers } of feeds) {
      const owners = identity.file.vendors.filter(({ own }) => own[adapter] !== undefined).map(({ id }) => id);
      expect(owners).toEqual(expect.arrayContaining(covers));
    }
  });

  it('agree with their adapters on which feeds are catalogues', () => {
    for (const feed of feeds.filter((each) => each.covers.length > 0)) {
      expect(findAdapter(feed.adapter)?.defaults).toEqual({
        trust: feed.trust,
        origin: feed.origin,
        covers: feed.covers,
        settlementLag: feed.settlement_lag,
        url: feed.url,
      });
    }
  });

  it('use no other adapter', () => {
    expect(findAdapter('rss')).toBeNull();
    expect(findAdapter('__proto__')).toBeNull();
  });
});
