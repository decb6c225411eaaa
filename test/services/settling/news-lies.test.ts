import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import type { FeedInput } from '../../../src/services/feeds/feeds.ts';
import { resolveDue } from '../../../src/services/settling/resolver.ts';
import { gptReleased, litellm, oldModels } from '../../support/listings.ts';
import { hours, pollResults, read, readAt, record, view, watermark } from '../../support/play.ts';
import { catalogues, openWorld, type World } from '../../support/world.ts';

/** How news feeds lie, each as it was seen, and what must come of it. */

const feeds: readonly FeedInput[] = [
  ...catalogues,
  { slug: 'news', adapter: 'news', url: 'https://openai.test/news/rss.xml', trust: 'first_party' },
  { slug: 'releases', adapter: 'github_releases', url: 'https://github.test/releases.atom', trust: 'first_party' },
];

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset({ now: '2024-12-01T00:00:00Z', feeds }));
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

type Post = { readonly title: string; readonly day?: string; readonly slug?: string };

function rss(posts: readonly (Post | string)[], built = '01 Jan 2025 00:00:00'): string {
  const items = posts.map((each) => {
    const post: Post = typeof each === 'string' ? { title: each } : each;
    const { title, day = '01 Dec 2024 00:00:00', slug = title.toLowerCase().replaceAll(' ', '-') } = post;
    return `<item><title>${title}</title><link>https://openai.com/index/${slug}</link><pubDate>Sun, ${day} +0000</pubDate></item>`;
  });
  return `<rss version="2.0"><channel><title>News</title><lastBuildDate>Wed, ${built} +0000</lastBuildDate>${items.join('')}</channel></rss>`;
}

/** The latest ten releases of an SDK, the newest first, each with a line of its changelog. */
function atom(newest: number, line: (version: number) => string): string {
  const entries = Array.from({ length: 10 }, (_, index) => newest - index).map(
    (version) =>
      `<entry><id>v${version}</id><title>v${version}</title><updated>2024-12-01T00:00:00Z</updated>
      <link href="https://github.com/openai/openai-node/releases/tag/v${version}"/><content type="html">&lt;li&gt;${line(version)}&lt;/li&gt;</content></entry>`,
  );
  return `<feed xmlns="http://www.w3.org/2005/Atom"><id>r</id><title>Releases</title><updated>2024-12-01T00:00:00Z</updated>${entries.join('')}</feed>`;
}

const archive: readonly string[] = Array.from({ length: 130 }, (_, index) => `A post about research, number ${index}`);

type Row = { key: string; name: string; stage: string | null; asOf: string | null; observedAt: number };

async function observations(): Promise<Row[]> {
  return await world.db.sql<Row[]>`
    select item_key as key, name, stated_stage as stage, source_as_of as "asOf", observed_at as "observedAt"
    from observations where name not like 'A post%' order by seq`;
}

test('the RSS feed that was validly empty for 14 months moves no watermark and retracts nothing', async () => {
  await readAt(world, '2025-01-12', { news: rss([...archive, 'GPT-4']) });
  for (let month = 2; month <= 15; month += 1) {
    world.clock.set(new Date(Date.UTC(2025, month - 1, 27)).toISOString());
    await read(world, 'news', rss([]));
  }
  expect(new Set(await pollResults(world, 'news'))).toEqual(new Set(['ok', 'suspect']));
  expect(await watermark(world, 'news')).toBe('2025-01-12T00:00Z');
  const [gone] = await world.db.sql`select count(*)::int as n from sightings where gone_at is not null`;
  expect(gone).toEqual({ n: 0 });
  await readAt(world, '2026-04-27', { news: rss([...archive, 'GPT-4', 'Introducing GPT-5.5']) });
  expect(await watermark(world, 'news')).toBe('2026-04-27T00:00Z');
});

test('a feed that was empty from the first day counts as never read', async () => {
  await read(world, 'news', rss([]));
  expect([await pollResults(world, 'news'), await watermark(world, 'news')]).toEqual([['suspect'], null]);
});

test('the feed that shrank to one item on a launch day is suspect, and its item is not evidence', async () => {
  await readAt(world, '2025-11-24T10:00:00Z', { news: rss(archive) });
  await readAt(world, '2025-11-24T23:00:00Z', { news: rss(['Introducing GPT-5.1']) });
  expect(await pollResults(world, 'news')).toEqual(['ok', 'suspect']);
  expect(await observations()).toEqual([]);
});

test('a sliding window loses nothing: ten new releases a week push out ten others', async () => {
  await readAt(world, '2025-01-01T00:00:00Z', { releases: atom(10, () => 'fix a typo') });
  await readAt(world, '2025-01-01T12:00:00Z', { releases: atom(17, () => 'fix a typo') });
  await readAt(world, '2025-01-02T00:00:00Z', { releases: atom(27, () => 'fix a typo') });
  expect(await pollResults(world, 'releases')).toEqual(['ok', 'ok', 'ok']);
});

describe('a date', () => {
  test("by a scrape that gave GPT-4 its own time dates nothing: it is shown as the publisher's", async () => {
    await readAt(world, '2025-01-12T18:18:00Z', { news: rss([{ title: 'GPT-4', day: '12 Jan 2025 17:51:15' }]) });
    expect(await observations()).toMatchObject([
      { name: 'gpt-4', stage: 'announced', asOf: '2025-01-12', observedAt: Date.UTC(2025, 0, 12, 18, 18) },
    ]);
    const criterion = gptReleased('4', { from: '2025-01-01', by: '2025-12-31' });
    await record(world, 'gpt-4', criterion, { madeAt: '2025-01-01' });
    expect((await view(world, 'gpt-4')).status).toBe('open');
  });

  test('before the first sighting makes nothing known earlier', async () => {
    await readAt(world, '2025-03-01', { news: rss([{ title: 'Introducing GPT-5', day: '01 Feb 2025 00:00:00' }]) });
    expect((await observations())[0]?.observedAt).toBe(Date.UTC(2025, 2, 1));
  });

  test('that shifts daily belongs to the same item, which is recorded once a day and not once per poll', async () => {
    const slides = ['01', '01', '02', '02', '03'];
    for (const [index, day] of slides.entries()) {
      world.clock.advance(hours(12));
      const post = { title: 'Introducing GPT-5', day: `${day} Oct 2025 0${index}:00:00`, slug: 'gpt-5' };
      await read(world, 'news', rss([...archive, post], `${day} Oct 2025 0${index}:00:00`));
    }
    const rows = await observations();
    expect(rows.map((row) => row.asOf)).toEqual(['2025-10-01', '2025-10-02', '2025-10-03']);
    expect(new Set(rows.map((row) => row.key)).size).toBe(1);
  });
});

test('an edited title belongs to the same item, as with 22 titles of one feed', async () => {
  await read(world, 'news', rss([{ title: 'GPT-4.5', slug: 'gpt-4-5' }]));
  world.clock.advance(hours(1));
  const { poll } = await read(world, 'news', rss([{ title: 'Introducing GPT-4.5', slug: 'gpt-4-5' }]));
  expect(poll).toMatchObject({ newItems: 0, vanishedItems: 0 });
});

describe('an announcement', () => {
  test('is not a release, regardless of number and source, and holds nothing back', async () => {
    await record(world, 'gpt-5', gptReleased('5', { by: '2025-06-30' }), { madeAt: '2024-12-01' });
    await readAt(world, '2025-01-01', { litellm: litellm(oldModels), news: rss(archive) });
    await readAt(world, '2025-02-01', {
      news: rss([...archive, 'Introducing GPT-5', 'GPT-5 is here', 'Announcing GPT-5 for developers']),
      releases: atom(10, () => 'api: add gpt-5'),
      litellm: litellm(oldModels),
    });
    world.clock.set('2025-03-01');
    await resolveDue(world.deps);
    expect((await view(world, 'gpt-5')).status).toBe('open');
    expect((await observations()).filter((row) => row.stage !== 'announced' && row.name.includes('gpt-5'))).toEqual([]);
  });

  test('of o4-mini does not concern o4, and a headline about a model names none', async () => {
    await read(world, 'news', rss(['Introducing OpenAI o3 and o4-mini', 'Why o4 will change everything']));
    const readings = await world.db.sql<{ name: string; outcome: string; tier: string | null }[]>`
      select name, outcome, tier from item_readings where name like '%o4%' order by name`;
    expect(readings).toEqual([
      { name: 'o4-mini', outcome: 'model', tier: 'mini' },
      { name: 'why-o4-will-change-everything', outcome: 'none', tier: null },
    ]);
    const [unrecognised] = await world.db
      .sql`select count(*)::int as n from item_readings where reason = 'unrecognised'`;
    expect(unrecognised).toEqual({ n: 0 });
  });

  test('that is missing proves nothing: the feed was stuck on a launch day', async () => {
    const not: Criterion = { op: 'not', of: gptReleased('4.1', { by: '2025-08-05' }) };
    await record(world, 'stuck', not, { madeAt: '2024-11-01' });
    await readAt(world, '2025-01-01', { news: rss(archive) });
    await readAt(world, '2025-12-01', { news: rss(archive) });
    world.clock.set('2025-12-02');
    await resolveDue(world.deps);
    const { status, resolution } = await view(world, 'stuck');
    expect([status, resolution]).toEqual(['open', null]);
  });
});
