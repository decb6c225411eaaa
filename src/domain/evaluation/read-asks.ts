import type { Criterion } from '../criterion/criterion.ts';
import type { VersionStyleOf } from '../criterion/pattern.ts';
import { edgesOf, patternsOf } from '../criterion/watch.ts';
import { coversVendor } from '../evidence/coverage.ts';
import { announcedFor, type FeedFacts, type Sighting, seasoningMs, type Timeline } from '../evidence/timeline.ts';
import { modelKey } from '../identity/model-id.ts';
import type { Instant } from '../instant.ts';
import { ripeningMoments } from './known-at.ts';
import { movingEdges } from './moving-edges.ts';

/**
 * A feed, a vendor and a moment. The accepted reads around the moment are needed: the last one up to it, and the first one
 * from it on.
 */
export type ReadAsk = { readonly feedId: string; readonly vendor: string; readonly at: Instant };

export type ReadAsksInput = {
  readonly criteria: readonly { readonly criterion: Criterion; readonly madeFrom: Instant }[];
  readonly feeds: readonly FeedFacts[];
  readonly seen: Pick<Timeline, 'sightings' | 'reads' | 'unread'>;
  readonly at: Instant;
  readonly styleOf: VersionStyleOf;
};

/**
 * The reads that an evaluation at `at`, or at any earlier knowledge time, may look up. A timeline needs only these. The
 * moments of a row concern its own feed. The edges of a criterion, and the moments before a model was first seen, concern
 * every feed that can attest absence. If rows are announcements, some moments depend on reads: load the reads of the first
 * answer, then call this again.
 */
export function readAsksOf({ criteria, feeds, seen, at, styleOf }: ReadAsksInput): ReadAsk[] {
  const asks = new Map<string, ReadAsk>();
  const add = (feedId: string, vendor: string, moment: Instant): void => {
    if (moment <= at) asks.set(`${feedId} ${vendor} ${moment}`, { feedId, vendor, at: moment });
  };
  const lists = new Set(seen.sightings.map((sighting) => `${sighting.feedId} ${sighting.model.vendor}`));
  const attesting = (vendor: string): FeedFacts[] =>
    feeds.filter((feed) => vendor === 'any' || coversVendor(feed, vendor) || lists.has(`${feed.id} ${vendor}`));
  for (const vendor of vendorsOf(criteria, seen.sightings)) for (const feed of feeds) add(feed.id, vendor, at);
  for (const { feedId, model, ...row } of seen.sightings)
    for (const moment of ownMoments(row)) add(feedId, model.vendor, moment);
  for (const { vendor, at: moment } of firstSeenMoments(seen.sightings))
    for (const feed of attesting(vendor)) add(feed.id, vendor, moment);
  for (const { feedId, partial, seenFrom } of seen.unread ?? []) {
    add(feedId, partial.vendor, seenFrom + seasoningMs);
    for (const id of new Set([feedId, ...attesting(partial.vendor).map((feed) => feed.id)]))
      add(id, partial.vendor, seenFrom - 1);
  }
  for (const { criterion, madeFrom } of criteria) {
    for (const edge of [...edgesOf(criterion), ...movingEdges(criterion, seen, { madeFrom, styleOf })])
      for (const feed of attesting(edge.vendor))
        for (const moment of ripeningMoments(edge.at, feed)) add(feed.id, edge.vendor, moment);
  }
  return [...asks.values()];
}

/** The vendors that the criteria name, and those whose models were seen. */
export function vendorsOf(
  criteria: ReadAsksInput['criteria'],
  sightings: readonly Pick<Sighting, 'model'>[],
): string[] {
  const vendors = new Set(sightings.map(({ model }) => model.vendor));
  for (const { criterion } of criteria) for (const pattern of patternsOf(criterion)) vendors.add(pattern.vendor);
  return [...vendors].sort();
}

/** The moments at which a row appeared, changed, vanished or had lasted for a day, and just before them. */
function ownMoments({ seenFrom, goneAt, versions }: Pick<Sighting, 'seenFrom' | 'goneAt' | 'versions'>): Instant[] {
  const moments = goneAt === null ? [] : [goneAt - 1, goneAt];
  for (const start of startsOf({ seenFrom, versions })) moments.push(start - 1, start, start + seasoningMs);
  return moments;
}

function startsOf({ seenFrom, versions }: Pick<Sighting, 'seenFrom' | 'versions'>): Instant[] {
  const due = versions.map(announcedFor).filter((moment) => moment !== null);
  return [seenFrom, ...versions.map((version) => version.observedAt), ...due];
}

/**
 * The moments just before a model can first have been seen at a stage: its first sighting, a change of its stage, or the end
 * of an announced day. The last read of every feed before that bounds the release.
 */
function firstSeenMoments(sightings: readonly Sighting[]): { vendor: string; at: Instant }[] {
  const moments = new Map<string, { vendor: string; at: Instant }>();
  for (const { model, seenFrom, versions } of sightings) {
    const key = modelKey(model);
    const starts = versions.flatMap((version) => {
      const due = announcedFor(version);
      const from = Math.max(version.observedAt, seenFrom);
      return due === null
        ? [{ stage: version.stage, from }]
        : [
            { stage: version.stage, from },
            { stage: version.stage, from: due },
          ];
    });
    for (const { stage, from } of [{ stage: '', from: seenFrom }, ...starts])
      moments.set(`${key} ${stage} ${from}`, { vendor: model.vendor, at: from - 1 });
  }
  return [...moments.values()];
}
