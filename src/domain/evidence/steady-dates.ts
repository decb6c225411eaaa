import type { Instant } from '../instant.ts';
import { firstReadFrom, type ItemVersion, type KnownSighting, seasoningMs, type Timeline } from './timeline.ts';

/**
 * Catalogues change dates: models.dev rewrote release dates days later. A date counts once a read at least a day later
 * repeats it, and from then on permanently.
 */

/**
 * A period over which a row stated one date, and its first version. `steady`: a read a day later still showed the date.
 * `open`: the row has stated no other date since.
 */
type Stretch = { readonly version: ItemVersion; readonly steady: boolean; readonly open: boolean };

/**
 * The versions of a row that started to state a curated date, up to `at`. `steady`: only dates that a read a day later
 * still showed. `any`: the row's present date as well.
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

/** The version that first stated the row's present date, if no read a day later has repeated it yet. */
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
