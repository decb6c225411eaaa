import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ModelName } from '../../../src/domain/criterion/pattern.ts';
import { readIdentityTable } from '../../../src/domain/identity/table.ts';
import { modelSlug, readModelSlug } from '../../../src/domain/models/slug.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { readIdentityData } from '../../support/world.ts';

const table = readIdentityTable(readIdentityData());

function model(vendor: string, family: string, version: string | null, tier: string | null): ModelName {
  return { vendor, family, version, tier };
}

const text = (value: string | undefined): string | null => (value === undefined || value === '' ? null : value);

/** Every model that the hand-typed table of ids knows, once. */
const typed = new Map(
  readFileSync(join(packageRoot(), 'test/domain/identity/identity.csv'), 'utf8')
    .split('\n')
    .map((line) => line.split(','))
    .filter((cells) => cells[8] === 'model')
    .map((cells) => model(cells[3] ?? '', cells[4] ?? '', text(cells[5]), text(cells[6])))
    .map((name) => [JSON.stringify(name), name]),
);

test.each([
  [model('openai', 'gpt', '5', null), 'gpt-5'],
  [model('openai', 'gpt', '5.1', 'codex-max'), 'gpt-5.1-codex-max'],
  [model('openai', 'gpt', '4o', 'mini'), 'gpt-4o-mini'],
  [model('openai', 'o', '4', 'mini'), 'o4-mini'],
  [model('openai', 'o', '3', null), 'o3'],
  [model('openai', 'gpt-oss', null, '120b'), 'gpt-oss-120b'],
  [model('openai', 'gpt-audio', null, null), 'gpt-audio'],
  [model('anthropic', 'claude', '4.1', 'opus'), 'claude-4.1-opus'],
  [model('deepseek', 'deepseek-v', '3.1', null), 'deepseek-v-3.1'],
  [model('mistral', 'mistral', null, 'large'), 'mistral-large'],
  [model('qwen', 'qwen', '3', '235b-a22b'), 'qwen-3-235b-a22b'],
])('%j has the slug %s, which is parsed back', (name, slug) => {
  expect(modelSlug(table, name)).toBe(slug);
  expect(readModelSlug(table, name.vendor, slug)).toEqual(name);
});

test('models whose slugs would be ambiguous are separated by ~', () => {
  const tier = model('openai', 'gpt-vision', null, '4');
  const version = model('openai', 'gpt-vision', '4', null);
  expect([modelSlug(table, tier), modelSlug(table, version)]).toEqual(['gpt-vision~~4', 'gpt-vision-4']);
  for (const name of [tier, version, model('openai', 'gpt', null, 'oss-120b'), model('newcomer', 'x', '1', null)])
    expect(readModelSlug(table, name.vendor, modelSlug(table, name))).toEqual(name);
});

test('every model of the hand-typed corpus has a unique slug that is parsed back and fits into a URL', () => {
  const slugs = new Set<string>();
  for (const name of typed.values()) {
    const slug = modelSlug(table, name);
    expect(slug).toMatch(/^[a-z0-9._~-]{1,128}$/);
    expect(readModelSlug(table, name.vendor, slug)).toEqual(name);
    slugs.add(`${name.vendor}/${slug}`);
  }
  expect(typed.size).toBeGreaterThan(150);
  expect(slugs.size).toBe(typed.size);
});

test.each([
  ['openai', 'GPT-5'],
  ['openai', 'gpt-5.0'],
  ['openai', 'gpt-05'],
  ['openai', 'gpt5'],
  ['openai', 'gpt-'],
  ['openai', 'gpt~5~'],
  ['openai', 'gpt~5'],
  ['openai', 'gpt~5~mini~x'],
  ['openai', '~5~mini'],
  ['openai', 'gpts-5'],
  ['openai', 'claude-4.1-opus'],
  ['anthropic', 'gpt-5'],
  ['nobody', 'gpt-5'],
])('for %s, %s is not the slug of any model', (vendor, slug) => {
  expect(readModelSlug(table, vendor, slug)).toBeNull();
});

test('another word order or separator gives another slug, never the same model', () => {
  const opus = model('anthropic', 'claude', '4.1', 'opus');
  for (const slug of ['claude-opus-4.1', 'claude-4-1-opus', 'claude-opus-4-1'])
    expect(readModelSlug(table, 'anthropic', slug)).not.toEqual(opus);
});
