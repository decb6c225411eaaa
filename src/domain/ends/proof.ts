import { defaultPolicy } from '../criterion/policy.ts';
import { showsService } from '../evidence/in-service.ts';
import { weighRetirement } from '../evidence/retirement.ts';
import { listSuspensions } from '../evidence/suspension.ts';
import { firstReadFrom, type Timeline } from '../evidence/timeline.ts';
import { dayMs, type Instant } from '../instant.ts';
import type { EndContradiction, EndDate } from './end.ts';
import { type EndRow, type KnownRow, knownRow } from './rows.ts';
import { readEndDate, type Statement } from './statement.ts';

/** Only a first party's own statement shows that an id has ended; catalogues copy dates, and copy them late. */
const endPolicy = { ...defaultPolicy, firstPartyOnly: true };

/**
 * A model that its vendor withdrew without a day that anyone had stated may come back: one was gone for 19 days. It has ended
 * once it has been retired for so long.
 */
export const unannouncedMs = 30 * dayMs;

type Asked = { readonly timeline: Timeline; readonly rows: readonly EndRow[]; readonly at: Instant };

/** The vendor's own rows of an id. */
function ownKnown({ rows, at }: Asked): KnownRow[] {
  return rows.filter((row) => row.model.own).flatMap((row) => knownRow(row, at) ?? []);
}

/** The rows of the vendor's own lists that can show what it serves. */
function listRows(asked: Asked): KnownRow[] {
  return ownKnown(asked).filter(({ row, trust }) => trust === 'first_party' && showsService(row.feed));
}

/**
 * The observations that show that an id has ended at the vendor's own service; null if they do not suffice. The rules that
 * settle that a model is retired decide over the rows of this id, with stricter demands:
 * - A first party must state the end.
 * - The vendor's own list must not show the id any more, unless it calls it retired.
 * - A first party's feed must have been read after the stated day. A day that has merely passed shows nothing.
 * - Where no source had stated a day that came, the id must have been retired for `unannouncedMs`.
 */
export function weighEnd(asked: Asked, statements: readonly Statement[]): readonly string[] | null {
  const { timeline, rows, at } = asked;
  if (!statements.some(({ trust, isUsable }) => isUsable && trust === 'first_party')) return null;
  if (listRows(asked).some(({ goneAt, version }) => goneAt === null && version.lifecycle !== 'retired')) return null;
  const runs = rows.filter((row) => row.model.own).flatMap((row) => row.runs);
  const { evidence } = weighRetirement(timeline, runs, { at, policy: endPolicy });
  if (evidence === null || evidence.grade !== 'admissible' || evidence.reinstated === true) return null;
  const wasRead = evidence.witnesses.some(({ sighting, trust, version }) => {
    if (trust !== 'first_party') return false;
    const read = firstReadFrom(timeline, sighting.feedId, sighting.model.vendor, evidence.occurred.to);
    return version.lifecycle === 'retired' || (read !== null && read <= at);
  });
  if (!wasRead || at < settledFrom(asked)) return null;
  return [...new Set(evidence.witnesses.map(({ version }) => version.observationId))];
}

/** From when on a withdrawal counts as an end: at once if a day was stated that has come, otherwise after a time. */
function settledFrom(asked: Asked): Instant {
  const since = retiredSince(asked);
  if (since === null) return Number.NEGATIVE_INFINITY;
  const announced = ownKnown(asked).some((known) =>
    known.versions.some(({ shutdown, end, observedAt }) => {
      const day = end?.kind === 'earliest' ? null : readEndDate(shutdown);
      return day !== null && observedAt < since && day.from <= since;
    }),
  );
  return announced ? Number.NEGATIVE_INFINITY : since + unannouncedMs;
}

/** Since when every first party's row with a status calls the id retired; null if none does. */
function retiredSince(asked: Asked): Instant | null {
  const since = ownKnown(asked).flatMap(({ trust, version, versions, run }) => {
    if (trust !== 'first_party' || version.lifecycle !== 'retired') return [];
    const before = versions.findLastIndex(({ lifecycle }) => lifecycle !== 'retired');
    return [Math.max(versions[before + 1]?.observedAt ?? version.observedAt, run.seenFrom)];
  });
  return since.length === 0 ? null : Math.max(...since);
}

/**
 * The first read after the stated day in which the vendor's own list still shows the id, and shows it now; null if there is
 * none. An earliest day contradicts nothing when it passes.
 */
export function findContradiction(asked: Asked, decides: Statement): EndContradiction | null {
  const { timeline, at } = asked;
  const over = decides.date?.to ?? Number.POSITIVE_INFINITY;
  if (decides.kind === 'earliest' || over > at) return null;
  const found = listRows(asked).flatMap(({ row, run, version, versions, goneAt }): EndContradiction[] => {
    if (goneAt !== null || version.lifecycle === 'retired' || version.lifecycle === 'suspended') return [];
    const isActive = version.isActive === true;
    const first = versions[versions.findLastIndex((one) => (one.isActive === true) !== isActive) + 1] ?? version;
    const from = Math.max(over, run.seenFrom, first.observedAt);
    const since = firstReadFrom(timeline, run.feedId, run.model.vendor, from);
    if (since === null || since > at) return [];
    return [{ feed: row.feed.slug, observationId: first.observationId, since, status: isActive ? 'active' : 'listed' }];
  });
  found.sort((a, b) => Number(b.status === 'active') - Number(a.status === 'active') || a.since - b.since);
  return found[0] ?? null;
}

/** Whether the vendor has withdrawn the id, but not for good. */
export function isSuspended(asked: Asked): boolean {
  const own = ownKnown(asked).filter(({ trust }) => trust === 'first_party');
  if (!own.some(({ versions }) => versions.some(({ lifecycle }) => lifecycle === 'suspended'))) return false;
  const runs = own.flatMap(({ row }) => row.runs);
  return listSuspensions(asked.timeline, runs, { at: asked.at, policy: defaultPolicy }).some(
    ({ overAt }) => overAt === null,
  );
}

/** The moments besides those of the rows at which the proof of an end can change. */
export function proofMoments(timeline: Timeline, rows: readonly EndRow[]): Instant[] {
  const moments: Instant[] = [];
  const days = new Set<Instant>();
  for (const { runs } of rows)
    for (const { versions } of runs)
      for (const version of versions) {
        const date: EndDate | null = readEndDate(version.shutdown);
        if (date !== null) days.add(date.to);
        if (version.lifecycle === 'retired') moments.push(version.observedAt + unannouncedMs);
      }
  for (const { model, feed, runs } of rows) {
    if (!model.own || feed.trust !== 'first_party') continue;
    for (const from of [...days, ...runs.map((run) => run.seenFrom)]) {
      const read = firstReadFrom(timeline, feed.id, model.vendor, from);
      if (read !== null) moments.push(read);
    }
  }
  return [...moments, ...days];
}
