import type { VersionStyleOf } from '../../domain/criterion/pattern.ts';
import { watchesOf } from '../../domain/criterion/watch.ts';
import { criterionAsksInSteps, type ReadAsk, vendorsOf } from '../../domain/evaluation/read-asks.ts';
import { type FeedFacts, readsKey, type Timeline } from '../../domain/evidence/timeline.ts';
import { type IdentityTable, versionStyle } from '../../domain/identity/table.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ClaimContext, EvidenceFeed } from '../../store/claim-context.ts';
import type { Sql } from '../../store/db.ts';
import { unreadSightingsMax } from '../../store/unread-names.ts';
import { loadUnread } from '../identity/unread-names.ts';
import {
  hasAnnouncements,
  type LastReads,
  lastReadsOf,
  loadReadsAround,
  loadReadsOf,
  readsUpTo,
} from './timeline-reads.ts';
import { loadSightings } from './timeline-sightings.ts';
import { type Claim, feedFacts, type Tables, timelineKey } from './timelines.ts';
import { runInTurns } from './turns.ts';

/**
 * Timelines that a process keeps for the claims that are created next. They belong to one stamp of all evidence. Every new claim
 * reads the current stamp, so what is kept is never older than what the claim would load, whichever node changed the evidence.
 */
export type TimelineCache = { kept: Kept | null };

type Kept = {
  readonly stamp: string;
  readonly identity: IdentityTable;
  readonly feeds: readonly EvidenceFeed[];
  readonly facts: ReadonlyMap<string, FeedFacts>;
  readonly lastReads: LastReads;
  /** By `timelineKey`, the most recently used last. */
  readonly families: Map<string, FamilyEvidence>;
};

/** What is known of the families that a claim watches. */
type FamilyEvidence = {
  readonly loadedAt: Instant;
  readonly sightings: Timeline['sightings'];
  readonly unread: NonNullable<Timeline['unread']>;
  readonly hasAnnouncements: boolean;
  readonly size: number;
  /** The vendors of which the first and the last read of each feed are known. */
  readonly vendors: ReadonlySet<string>;
  reads: Timeline['reads'];
  /** The moments around which reads were looked up; null if all reads of the vendors are known. */
  readonly asked: Set<string> | null;
};

/** Sightings and versions that a process keeps, each about 500 bytes. */
const keptRowsMax = 20_000;
/** Moments around which the reads of one set of families are kept. */
const askedMax = 50_000;

export function createTimelineCache(): TimelineCache {
  return { kept: null };
}

/** What a new claim is evaluated against, and the feeds. The context must have been read with the stamp of the cache. */
export async function loadKeptTimeline(
  db: Sql,
  tables: Tables,
  { kept, claim, at }: { readonly kept: Kept; readonly claim: Claim; readonly at: Instant },
): Promise<{ timeline: Timeline; feeds: readonly EvidenceFeed[] }> {
  const { feeds, facts } = kept;
  const evidence = await evidenceOf(db, kept, claim, at);
  const reads = await readsFor(db, kept, { evidence, claim, at });
  const { sightings } = evidence;
  const unread = evidence.unread.filter(({ seenFrom }) => seenFrom <= at);
  return { timeline: { feeds: facts, sightings, reads, coverage: tables.coverage, unread }, feeds };
}

/** What is kept under the stamp of a context; `before` is what was kept when the context was read. */
export function keptUnder(
  cache: TimelineCache,
  before: Kept | null,
  { stamp, feeds: found }: ClaimContext,
  identity: IdentityTable,
): Kept {
  for (const kept of [cache.kept, before])
    if (kept !== null && kept.stamp === stamp && kept.identity === identity) return kept;
  const feeds = found ?? before?.feeds ?? [];
  const facts = new Map(feeds.map((feed) => [feed.id, feedFacts(feed)]));
  cache.kept = { stamp, identity, feeds, facts, lastReads: lastReadsOf(feeds), families: new Map() };
  return cache.kept;
}

/** Loads that run at the same time are not shared, because the transaction of another claim may end before its load does. */
async function evidenceOf(db: Sql, kept: Kept, claim: Claim, at: Instant): Promise<FamilyEvidence> {
  const { families } = kept;
  const key = timelineKey(claim);
  const evidence = families.get(key) ?? (await loadFamilies(db, kept, claim, at));
  families.delete(key);
  if (evidence.size <= keptRowsMax && evidence.unread.length < unreadSightingsMax) families.set(key, evidence);
  dropOldest(families);
  return evidence;
}

async function loadFamilies(db: Sql, kept: Kept, claim: Claim, at: Instant): Promise<FamilyEvidence> {
  const { identity, feeds, facts, lastReads } = kept;
  const watches = watchesOf(claim.criterion);
  // Before the sightings, as in `loadEvidence`.
  const unread = await loadUnread(db, watches, Number.POSITIVE_INFINITY);
  const sightings =
    watches.length === 0 ? [] : await loadSightings(db, identity, feeds, { families: watches, models: [] });
  const input = { criteria: [claim], feeds: [...facts.values()], lastReads, at, styleOf: styleOf(identity) };
  const { reads, asks } = await loadReadsOf(db, { ...input, seen: { sightings, unread } });
  return {
    loadedAt: at,
    sightings,
    unread,
    hasAnnouncements: hasAnnouncements(sightings),
    size: unread.length + sightings.reduce((sum, { versions }) => sum + 1 + versions.length, 0),
    vendors: new Set(vendorsOf([claim], sightings)),
    reads,
    asked: asks === null ? null : new Set(asks.map(askKey)),
  };
}

function styleOf(identity: IdentityTable): VersionStyleOf {
  return (vendor, family) => versionStyle(identity, vendor, family);
}

function dropOldest(families: Kept['families']): void {
  let rows = 0;
  for (const { size } of families.values()) rows += size;
  for (const [key, { size }] of families) {
    if (rows <= keptRowsMax) return;
    families.delete(key);
    rows -= size;
  }
}

/** The reads that the claim may look up. Those that other claims have asked for are known. */
async function readsFor(
  db: Sql,
  { identity, facts, lastReads, families }: Kept,
  { evidence, claim, at }: { readonly evidence: FamilyEvidence; readonly claim: Claim; readonly at: Instant },
): Promise<Timeline['reads']> {
  const { sightings, unread, asked } = evidence;
  if (asked === null) return evidence.reads;
  const feeds = [...facts.values()];
  // The reads of announced days determine which further moments are looked up.
  for (let round = 0; round < (evidence.hasAnnouncements ? 2 : 1); round += 1) {
    const seen = { sightings, unread, reads: evidence.reads };
    const asks = await runInTurns(
      criterionAsksInSteps({ criteria: [claim], feeds, seen, at, styleOf: styleOf(identity) }),
    );
    const unknown = asks.filter((ask) => !isKnown(evidence, ask));
    if (unknown.length === 0) break;
    evidence.reads = joinReads(readsUpTo(await loadReadsAround(db, [], unknown), lastReads), evidence.reads);
    for (const ask of unknown) asked.add(askKey(ask));
  }
  if (asked.size > askedMax) families.delete(timelineKey(claim));
  return evidence.reads;
}

function askKey({ feedId, vendor, at }: ReadAsk): string {
  return `${readsKey(feedId, vendor)}|${at}`;
}

/** Whether the reads around a moment are known: they were looked up, or no read can follow the last one before it. */
function isKnown({ vendors, reads, loadedAt, asked }: FamilyEvidence, ask: ReadAsk): boolean {
  if (asked === null || asked.has(askKey(ask))) return true;
  if (!vendors.has(ask.vendor)) return false;
  const last = reads.get(readsKey(ask.feedId, ask.vendor))?.at(-1);
  return last === undefined || (last <= loadedAt && last <= ask.at);
}

function joinReads(more: Timeline['reads'], known: Timeline['reads']): Timeline['reads'] {
  const joined = new Map(known);
  for (const [key, times] of more)
    joined.set(
      key,
      [...new Set([...(known.get(key) ?? []), ...times])].sort((a, b) => a - b),
    );
  return joined;
}
