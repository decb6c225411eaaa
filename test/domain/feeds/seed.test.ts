import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { criterionSchema } from '../../../src/domain/criterion/criterion.ts';
import { parseDate } from '../../../src/domain/instant.ts';

const dateText = z.string().refine((text) => parseDate(text) !== null);

const seedFile = z.strictObject({
  format: z.literal('outturn-seed/1'),
  sources: z.array(
    z.strictObject({
      id: z.string().optional(),
      key: z.string(),
      title: z.string(),
      url: z.url().nullable(),
      language: z.string().length(2),
      published_at: dateText,
      author: z.string().optional(),
    }),
  ),
  predictors: z.array(
    z.strictObject({ id: z.string().optional(), key: z.string(), name: z.string(), url: z.url().optional() }),
  ),
  predictions: z.array(
    z.strictObject({
      slug: z.string().regex(/^[a-z0-9-]{3,60}$/),
      statement: z.string().min(10),
      made_at: dateText,
      source: z.string(),
      locator: z.string().regex(/^(introduction|section (I|II|III|IV|V|VI))$/),
      predictor: z.string(),
      tags: z.array(z.string()).min(1),
      fine_print: z.string().optional(),
      evidence: z
        .array(
          z.strictObject({
            url: z.url({ protocol: /^https$/ }).nullable(),
            locator: z.string().min(5),
            paraphrase: z.string().min(20),
            stance: z.enum(['for', 'against', 'context']),
          }),
        )
        .min(1)
        .optional(),
      criterion: criterionSchema,
    }),
  ),
});

const seed = seedFile.parse(
  JSON.parse(readFileSync(new URL('../../../data/seed/article.json', import.meta.url), 'utf8')),
);

function findCriterion(slug: string) {
  return seed.predictions.find((prediction) => prediction.slug === slug)?.criterion;
}

const released = (vendor: string, family: string, at: unknown, tier: string | null | string[]) => ({
  op: 'released',
  model: { vendor, family, version: at, tier },
});

describe('the shipped article', () => {
  it('refers only to sources and predictors that it lists, with unique slugs', () => {
    const slugs = seed.predictions.map((prediction) => prediction.slug);
    expect(new Set(slugs).size).toBe(slugs.length);
    const sources = seed.sources.map((source) => source.key);
    const predictors = seed.predictors.map((predictor) => predictor.key);
    expect(seed.predictions.filter(({ source }) => !sources.includes(source))).toEqual([]);
    expect(new Set(seed.predictions.map(({ predictor }) => predictor))).toEqual(new Set(predictors));
  });

  it('contains no prediction made after the article', () => {
    const late = seed.predictions.filter(({ made_at }) => made_at.slice(0, 7) > '2025-01');
    expect(late).toEqual([]);
  });

  it.each([
    ['gpt-5-never-released', { op: 'not', of: released('openai', 'gpt', '5', null) }],
    ['o4-arrives', released('openai', 'o', '4', null)],
    ['o4-any-size', released('openai', 'o', '4', 'any')],
    ['o5-arrives', released('openai', 'o', '5', null)],
    ['claude-3-5-opus-still-comes', released('anthropic', 'claude', '3.5', ['opus'])],
    ['claude-3-5-opus-never-comes', { op: 'not', of: released('anthropic', 'claude', '3.5', ['opus']) }],
    ['gpt-6-never-a-product', { op: 'not', of: released('openai', 'gpt', { gte: '6' }, 'any') }],
    ['base-models-stop-being-products', { op: 'not', of: released('openai', 'gpt', { gte: '5' }, 'any') }],
  ])('settles %s by the release of a model', (slug, expected) => {
    expect(findCriterion(slug)).toEqual(expected);
  });

  it('explains in the fine print how it reads a claim that names a model loosely', () => {
    const bare = seed.predictions.filter((each) => each.criterion.op !== 'judged' && each.fine_print === undefined);
    expect(bare).toEqual([]);
  });
});
