import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { marksPreviews, readIdentityTable, versionStyle } from '../../../src/domain/identity/table.ts';

const readData = () => JSON.parse(readFileSync(new URL('../../../data/identity.json', import.meta.url), 'utf8'));

describe('the identity data', () => {
  test('is valid, and has a version', () => {
    expect(readIdentityTable(readData()).version).toMatch(/^\d{4}-\d{2}-\d{2}\.\d+$/);
  });

  test('has all vendors', () => {
    const vendors = [
      ...['ai21', 'amazon', 'anthropic', 'baidu', 'bytedance', 'cohere', 'deepseek', 'google', 'ibm', 'inception'],
      ...['meta', 'microsoft', 'minimax', 'mistral', 'moonshot', 'nvidia', 'openai', 'perplexity', 'qwen', 'reka'],
      ...['stepfun', 'tencent', 'xai', 'xiaomi', 'zhipu'],
    ];
    expect([...readIdentityTable(readData()).vendors].sort()).toEqual(vendors);
  });

  test('names the source of each family', () => {
    const nameless = readData().families.filter((family: { source?: string }) => family.source === undefined);
    expect(nameless).toEqual([]);
  });

  test("compares xAI's versions as decimals and all others number by number", () => {
    const table = readIdentityTable(readData());
    expect(versionStyle(table, 'xai', 'grok')).toBe('decimal');
    expect(versionStyle(table, 'openai', 'gpt')).toBe('components');
    expect(versionStyle(table, 'nobody', 'nothing')).toBe('components');
  });

  test.each([
    ['openai', 'gpt', true],
    ['openai', 'o', true],
    ['anthropic', 'claude', true],
    ['google', 'gemini', true],
    ['deepseek', 'deepseek-v', false],
    ['qwen', 'qwen', false],
    ['mistral', 'mistral', false],
    ['xai', 'grok', false],
    ['meta', 'llama', false],
    ['google', 'gpt', false],
    ['nobody', 'nothing', false],
  ])('knows whether %s marks each preview of %s in its id: %s', (vendor, family, marked) => {
    expect(marksPreviews(readIdentityTable(readData()), vendor, family)).toBe(marked);
  });

  test.each<[string, (data: ReturnType<typeof readData>) => void, RegExp]>([
    ['has a duplicate alias', (data) => data.aliases.push(data.aliases[0]), /alias gpt-35-turbo is defined twice/],
    ['has a duplicate family', (data) => data.families.push(data.families[0]), /family openai\/gpt is defined twice/],
    [
      'has a family of an unknown vendor',
      (data) => data.vendors.shift(),
      /family gpt has a vendor that the file does not define/,
    ],
    [
      'moves to an unknown family',
      (data) => (data.families[0].moves[0].to = 'gpt-smell'),
      /moves to an undefined family, gpt-smell/,
    ],
    ['has an alias without a meaning', (data) => delete data.aliases[0].means, /gpt-35-turbo must have either/],
    [
      'has a prefix that repeats for ever',
      (data) => data.prefixes.push({ text: 'a-', kind: 'host', as: 'a-a-' }),
      /prefix a- could/,
    ],
    [
      'has a dated version of an unknown family',
      (data) => (data.datedVersions[0].family = 'mistrial'),
      /has an undefined family/,
    ],
    [
      'has a dated version in non-canonical form',
      (data) => (data.datedVersions[0].version = '3.0'),
      /is not a normalised version/,
    ],
    ['has capitals', (data) => (data.aliases[0].id = 'GPT-35'), /lower case/],
    ['has a duplicate namespace', (data) => data.vendors[0].namespaces.push('meta'), /namespace meta is defined twice/],
    ['reserves an id without a namespace', (data) => (data.reserved[0].namespaces = []), /namespaces/],
    ['has unknown fields', (data) => (data.aliases[0].regex = '.*'), /regex/],
    ['has no source for an alias', (data) => delete data.aliases[0].source, /source/],
    [
      'has a name that stands for a tier of an unknown family',
      (data) => (data.standsFor[0].family = 'gtp'),
      /of an undefined family/,
    ],
    [
      'has such a name twice',
      (data) => data.standsFor.push(data.standsFor[0]),
      /name of a tier, \S+ 5.6 is defined twice/,
    ],
    [
      'has such a name in non-canonical form',
      (data) => (data.standsFor[0].version = '5.60.0'),
      /is not a normalised version/,
    ],
    [
      'limits models of an unknown family',
      (data) => (data.limited[0].family = 'clod'),
      /limited anthropic clod mythos has an undefined family/,
    ],
    ['limits every model of a family', (data) => delete data.limited[0].tier, /needs a name, or a family and a tier/],
    [
      'limits a version in non-canonical form',
      (data) => (data.limited[0].version = '5.0'),
      /is not a normalised version/,
    ],
    [
      'limits for less than a day',
      (data) => Object.assign(data.limited[0], { from: '2026-02-01', until: '2026-02-01' }),
      /ends before it begins/,
    ],
    ['limits until an invalid day', (data) => (data.limited[0].until = '2026-02-31'), /until/],
    ['has no source for a limit', (data) => delete data.limited[0].source, /source/],
  ])('is rejected when it %s', (_what, spoil, message) => {
    const data = readData();
    spoil(data);
    expect(() => readIdentityTable(data)).toThrow(message);
  });
});
