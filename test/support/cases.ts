import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { criterionSchema } from '../../src/domain/criterion/criterion.ts';
import { type CoverageTable, readCoverageTable } from '../../src/domain/evidence/coverage-table.ts';
import { packageRoot } from '../../src/package-root.ts';
import { createFeed } from '../../src/services/feeds/feeds.ts';
import { createFeedSnapshot } from '../../src/services/feeds/snapshots.ts';
import { resolveDue } from '../../src/services/settling/resolver.ts';
import { record } from './play.ts';
import { instantOf, type World } from './world.ts';

/**
 * Inputs for which an earlier version gave a wrong result: claims, feeds and dated payloads, cut from published ones.
 */

const caseSchema = z.strictObject({
  feeds: z.array(z.strictObject({ slug: z.string(), adapter: z.string() })),
  claims: z.array(z.strictObject({ slug: z.string(), made_at: z.string(), criterion: criterionSchema })),
  reads: z.array(z.strictObject({ at: z.string(), feed: z.string(), payload: z.string() })),
  payloads: z.record(z.string(), z.unknown()),
});

export type Case = z.infer<typeof caseSchema>;

export function loadCase(name: string): Case {
  const path = new URL(`../fixtures/cases/${name}.json`, import.meta.url);
  return caseSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

/** The coverage table that ships with the program. */
export function shippedCoverage(): CoverageTable {
  return readCoverageTable(JSON.parse(readFileSync(new URL('data/coverage.json', `file://${packageRoot()}/`), 'utf8')));
}

/**
 * `published`: in the order of publication. A list of slugs: one feed after the other in that order, long afterwards.
 */
export type ImportOrder = 'published' | readonly string[];

/** Every order in which the feeds of a case can be imported. */
export function importOrders({ feeds }: Case): { readonly title: string; readonly order: ImportOrder }[] {
  const byFeed = permute(feeds.map(({ slug }) => slug));
  return [
    { title: 'as published', order: 'published' },
    ...byFeed.map((order) => ({ title: `feed by feed, ${order.join(' before ')}`, order })),
  ];
}

function permute(slugs: readonly string[]): string[][] {
  if (slugs.length === 0) return [[]];
  return slugs.flatMap((first) => permute(slugs.filter((slug) => slug !== first)).map((rest) => [first, ...rest]));
}

/**
 * Plays a case to the end: records its claims, ingests every payload at its own time, and settles what is due at
 * `until`.
 */
export async function playCase(
  world: World,
  given: Case,
  { order = 'published', until }: { readonly order?: ImportOrder; readonly until: string },
): Promise<void> {
  const { claims, reads } = given;
  const start = [...claims.map((claim) => claim.made_at), ...reads.map((read) => read.at)].sort()[0] ?? until;
  await world.reset({ now: order === 'published' ? start : until, feeds: [] });
  for (const feed of given.feeds) await createFeed(world.deps, feed);
  const waiting = claims.toSorted((a, b) => a.made_at.localeCompare(b.made_at));
  const recordMade = async (by: string) => {
    for (let claim = waiting[0]; claim !== undefined && claim.made_at <= by; claim = waiting[0]) {
      await record(world, claim.slug, claim.criterion, { madeAt: claim.made_at });
      waiting.shift();
    }
  };
  if (order !== 'published') await recordMade(until);
  const ordered = order === 'published' ? reads : order.flatMap((slug) => reads.filter((read) => read.feed === slug));
  for (const read of ordered) {
    if (order === 'published') world.clock.set(read.at);
    await recordMade(read.at);
    const bytes = new TextEncoder().encode(JSON.stringify(given.payloads[read.payload]));
    await createFeedSnapshot(world.deps, read.feed, instantOf(read.at), bytes);
    await resolveDue(world.deps);
  }
  world.clock.set(until);
  await recordMade(until);
  await resolveDue(world.deps);
}
