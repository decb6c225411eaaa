import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { feedTitle } from '../../../src/domain/feeds/feed-title.ts';

test('the shipped feeds and their origins have names, and others keep their ids', () => {
  const { feeds } = JSON.parse(readFileSync('data/feeds.json', 'utf8'));
  const unnamed = feeds
    .flatMap(({ slug, origin }: { slug: string; origin: string }) => [slug, origin])
    .filter((id: string) => feedTitle(id) === id);
  // These are written as their publishers write them.
  expect([...new Set(unnamed)].sort()).toEqual(['genai-prices', 'models.dev']);
  expect([feedTitle('openai-sdk-history'), feedTitle('made-by-an-operator')]).toEqual([
    'OpenAI SDK history',
    'made-by-an-operator',
  ]);
});
