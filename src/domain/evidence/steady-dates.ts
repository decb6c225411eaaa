import type { Instant } from '../instant.ts';
import { firstReadFrom, type ItemVersion, type KnownSighting, seasoningMs, type Timeline } from './timeline.ts';

/**
 * Catalogues change dates: models.dev rewrote release dates days after the fact. A date counts from the first read, at least
 * a day later, that repeats it, and from then on permanently.
 */

/** A stretch of versions over which a row stated one date, and the first read a day later, if that still showed it. */
type Stretch = { readonly version: ItemVersion; readonly steady: boolean; readonly open: boolean };

/**
 * The versions of a row that began to state a curated date by `at`: the steady ones, or any that was not replaced at
 * once.
 */
export function steadyVersions(
  timeline: Pick<Timeline, 'reads'>,
  row: KnownSighting,
  at: Instant,
  which: 'steady' | 'any',
): ItemVersion[] {
  return stretchesOf(timeline, row, at)
    .filter(({ steady, open }) => steady || (which === 'any' && open))
    .map(({ version }) => version);
}

/** The version that states the row's present date, while no read a day later has repeated it. */
export function youngVersions(timeline: Pick<Timeline, 'reads'>, row: KnownSighting, at: Instant): ItemVersion[] {
  return stretchesOf(timeline, row, at)
    .filter(({ steady, open }) => !steady && open)
    .map(({ version }) => version);
}

function stretchesOf(timeline: Pick<Timeline, 'reads'>, row: KnownSighting, at: Instant): Stretch[] {
  const { sighting } = row;
  const known = sighting.versions.filter((version) => version.observedAt <= at);
  const starts = known.filter((version, index) => textOf(version) !== textOf(known[index - 1]));
  return starts.flatMap((version, index) => {
    if (version.released?.weight !== 'curated') return [];
    const next = starts[index + 1];
    const until = next?.observedAt ?? row.goneAt ?? Number.POSITIVE_INFINITY;
    const read = firstReadFrom(timeline, sighting.feedId, sighting.model.vendor, version.observedAt + seasoningMs);
    const steady = read !== null && read <= at && read < until;
    return [{ version, steady, open: next === undefined }];
  });
}

function textOf(version: ItemVersion | undefined): string | null {
  return version?.released?.text ?? null;
}
