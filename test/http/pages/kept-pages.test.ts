import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApp } from '../../../src/http/app.ts';
import { keptBytesMax, keptMsMax, keptPagesMax, renderKept } from '../../../src/http/pages/kept-pages.ts';
import type { ApiWorld } from '../../support/api-world.ts';
import { type CountedStatements, countStatements } from '../../support/counting-database.ts';
import { addressOf, pageAddresses } from '../../support/page-addresses.ts';
import { openPageWorld } from '../../support/page-world.ts';

let world: ApiWorld;
let counted: CountedStatements;
let app: ReturnType<typeof createApp>;
/** Whether pages are kept: only where no other process can change the data. */
let isKept: boolean;
beforeAll(async () => {
  world = await openPageWorld();
  counted = countStatements(world.db);
  app = createApp({ ...world.http, services: { ...world.deps, db: counted.db } });
  isKept = world.db.changeCount !== null;
});
afterAll(() => world?.close());

const read = async (path: string, headers: Record<string, string> = {}): Promise<string> => {
  const response = await app.request(`http://localhost${path}`, { headers });
  expect([path, response.status]).toEqual([path, 200]);
  return await response.text();
};

test('a page is read from the database once until something may have changed, where no other process can change it', async () => {
  for (const path of ['/', '/predictions/o5-arrives', '/predictions/eventful', '/predictors', '/feeds', '/releases']) {
    const first = await read(path);
    counted.take();
    expect(await read(path)).toBe(first);
    expect([path, counted.take().length === 0]).toEqual([path, isKept]);
  }
  await world.admin('PATCH /v1/predictions/eventful', { json: { tags: ['hail'] } });
  expect(await read('/predictions/eventful')).toContain('>hail<');
});

test('pages only read, because their statements do not count as changes', async () => {
  for (const { path, status } of pageAddresses) {
    if (status !== undefined) continue;
    counted.take();
    await read(await addressOf(world, path));
    expect(counted.take().filter((text) => !/^(select|with)\b/.test(text))).toEqual([]);
  }
});

test('a page of one address is not shown at another', async () => {
  for (const base of ['http://a.example', 'http://b.example']) {
    const html = await (await app.request(`${base}/`, { headers: { host: new URL(base).host } })).text();
    expect(html).toContain(`<link rel="canonical" href="${base}/"/>`);
  }
  expect(await read('/?status=open')).not.toBe(await read('/?status=resolved'));
});

describe('a kept page', () => {
  let rendered: string[];
  beforeEach(async () => {
    rendered = [];
    // Ends what other tests have kept.
    await world.db.sql`select 1`;
  });

  const show = async (key: string | null, bytes = 10): Promise<void> => {
    await renderKept(world.deps, key, async () => {
      rendered.push(key ?? '');
      return { html: 'x'.repeat(bytes), tag: '"x"', isCard: false, isPast: false };
    });
  };
  const renders = async (key: string | null, bytes = 10): Promise<boolean> => {
    const before = rendered.length;
    await show(key, bytes);
    return rendered.length > before;
  };

  test('is rendered again when it is old, and each time for a person who has signed in', async () => {
    await show('page');
    expect(await renders('page')).toBe(!isKept);
    world.clock.advance(keptMsMax);
    expect(await renders('page')).toBe(true);
    await show(null);
    expect(await renders(null)).toBe(true);
  });

  test('is not kept if something changed while it was rendered', async () => {
    await renderKept(world.deps, 'page', async () => {
      await world.db.sql`select 1`;
      return { html: 'old', tag: '"x"', isCard: false, isPast: false };
    });
    expect(await renders('page')).toBe(true);
  });

  test('makes room for others: at most a number of pages, and of bytes', async () => {
    for (let n = 0; n < keptPagesMax; n += 1) await show(`page ${n}`);
    expect(await renders('page 0')).toBe(!isKept);
    await show('one more');
    expect([await renders('page 1'), await renders('page 0')]).toEqual([!isKept, true]);
    for (const key of ['big', 'bigger']) await show(key, keptBytesMax / 2);
    expect([await renders('bigger', keptBytesMax / 2), await renders('page 400')]).toEqual([!isKept, true]);
  });
});
