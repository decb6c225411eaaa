import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { payloadBytesMax } from '../../../src/domain/feeds/adapter.ts';
import { csvBytesMax } from '../../../src/domain/feeds/adapters/epoch.ts';
import { adapterNames, findAdapter } from '../../../src/domain/feeds/adapters/registry.ts';
import { documentBytesMax } from '../../../src/domain/feeds/feed-document.ts';
import { makeClient } from '../../../src/net/client.ts';
import { fetchPayload } from '../../../src/net/payloads.ts';
import type { Deps } from '../../../src/services/deps.ts';
import { updateFeed } from '../../../src/services/feeds/feeds.ts';
import { pollFeed } from '../../../src/services/feeds/polls.ts';
import { createFeedSnapshot } from '../../../src/services/feeds/snapshots.ts';
import { loopbackOnly, serveHttp } from '../../net/loopback.ts';
import { openWorld, type World } from '../../support/world.ts';

/** How large a payload of a feed may be, fetched over HTTP or sent in. */

const capped = [
  { slug: 'news', adapter: 'news', url: 'https://news.test/rss.xml', trust: 'first_party', bytesMax: documentBytesMax },
  { slug: 'sdk', adapter: 'github_releases', url: 'https://sdk.test/r.atom', bytesMax: documentBytesMax },
  { slug: 'epoch', adapter: 'epoch', url: 'https://epoch.test/notable.csv', bytesMax: csvBytesMax },
  { slug: 'litellm', adapter: 'litellm', url: 'https://litellm.test/map.json', bytesMax: payloadBytesMax },
  { slug: 'openrouter', adapter: 'openrouter', url: 'https://openrouter.test/models', bytesMax: payloadBytesMax },
] as const;

let world: World;
let deps: Deps;
beforeAll(async () => {
  world = await openWorld({ feeds: [] });
  const client = makeClient({ userAgent: 'outturn-test', allow: loopbackOnly });
  deps = { ...world.deps, fetchPayload: (ask) => fetchPayload({ client, root: '/', env: {} }, ask) };
});
beforeEach(() => world.reset({ feeds: capped.map(({ bytesMax: _, ...feed }) => feed) }));
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

async function pollOf(slug: string, bytes: Uint8Array) {
  const origin = await serveHttp((_request, response) => response.end(bytes));
  await updateFeed(deps, slug, { url: `${origin}/list` }, null);
  return (await pollFeed(deps, slug)).poll;
}

async function countKept(): Promise<number> {
  const [row] = await world.db.sql<{ kept: number }[]>`
    select ((select count(*) from observations) + (select count(*) from sightings) + (select count(*) from suspect_slices))::int as kept`;
  return row?.kept ?? -1;
}

const blank = (size: number): Uint8Array => new Uint8Array(size).fill(0x20);

test('every adapter has a size limit, its own or the default, and none above that of snapshots', () => {
  for (const name of adapterNames)
    expect(findAdapter(name)?.bytesMax ?? payloadBytesMax).toBeLessThanOrEqual(payloadBytesMax);
  expect(capped.map(({ adapter }) => findAdapter(adapter)?.bytesMax ?? payloadBytesMax)).toEqual(
    capped.map(({ bytesMax }) => bytesMax),
  );
});

describe.each(capped)('a payload of $adapter', ({ slug, adapter, bytesMax }) => {
  test('one byte above the limit fails its poll with the reason and stores nothing', async () => {
    const poll = await pollOf(slug, blank(bytesMax + 1));
    expect(poll).toMatchObject({ result: 'failed', errorCode: 'too_large', items: 0 });
    expect(poll.errorDetail).toContain(`larger than ${bytesMax} bytes`);
    expect(await countKept()).toBe(0);
  });

  test('of exactly the limit is read completely and parsed', async () => {
    expect(await pollOf(slug, blank(bytesMax))).toMatchObject({ result: 'suspect', errorCode: 'feed_unparsable' });
  });

  test('submitted as a snapshot is rejected one byte above the limit, and leaves no poll', async () => {
    const refused = createFeedSnapshot(deps, slug, world.clock.now(), blank(bytesMax + 1));
    await expect(refused).rejects.toMatchObject({
      code: 'body_too_large',
      message: `a payload of ${adapter} must have at most ${bytesMax} bytes; this one has ${bytesMax + 1}`,
    });
    expect(await world.db.sql`select id from polls`).toEqual([]);
    const { poll } = await createFeedSnapshot(deps, slug, world.clock.now(), blank(bytesMax));
    expect(poll.result).toBe('suspect');
  });
});
