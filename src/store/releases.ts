import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { type ModelRow, modelColumns, stateKnownAt } from './models.ts';
import { json, timestamp } from './postgres-types.ts';

/** An established release. */
export type ReleaseRow = ModelRow & { readonly occurredTo: Instant; readonly establishedAt: Instant };

export type ReleaseFilter = {
  readonly vendor?: string;
  readonly family?: string;
  /** Entirely at or after this moment. */
  readonly from?: Instant;
  /** Entirely before this moment. */
  readonly to?: Instant;
  /** The latest possible end, which bounds the scan for questions about the past. */
  readonly latest?: Instant;
};

export type ReleasePlace = { readonly occurredTo: Instant; readonly vendor: string; readonly slug: string };

/** Releases known at `asOf`, or now, latest first: by the end of their date range, then by vendor and slug. */
export async function listReleases(
  db: Sql,
  filter: ReleaseFilter,
  page: { after: ReleasePlace | null; asOf: Instant | null; limit: number },
): Promise<ReleaseRow[]> {
  const { after } = page;
  return await db<ReleaseRow[]>`
    select ${modelColumns(db)} from models m
    where m.grade = 'admissible' and ${stateKnownAt(db, page.asOf)}
      ${filter.vendor === undefined ? db`` : db`and m.vendor = ${filter.vendor}`}
      ${filter.family === undefined ? db`` : db`and m.family = ${filter.family}`}
      ${
        filter.from === undefined
          ? db``
          : db`and m.occurred_from >= ${timestamp(filter.from)}
        and m.occurred_to > ${timestamp(filter.from)}`
      }
      ${filter.to === undefined ? db`` : db`and m.occurred_to <= ${timestamp(filter.to)}`}
      ${filter.latest === undefined ? db`` : db`and m.occurred_to <= ${timestamp(filter.latest)}`}
      ${after === null ? db`` : afterPlace(db, after)}
    order by m.occurred_to desc, m.vendor, m.slug limit ${page.limit}`;
}

function afterPlace(db: Sql, { occurredTo, vendor, slug }: ReleasePlace) {
  const end = timestamp(occurredTo);
  return db`and m.occurred_to <= ${end} and (m.occurred_to < ${end} or (m.vendor, m.slug) > (${vendor}, ${slug}))`;
}

export type NewRelease = {
  readonly vendor: string;
  readonly slug: string;
  readonly establishedAt: Instant;
  readonly recordedAt: Instant;
  readonly isNews: boolean;
};

/** Records established models and returns those that were not recorded before. */
export async function insertReleases(
  db: Sql,
  releases: readonly NewRelease[],
): Promise<{ vendor: string; slug: string }[]> {
  if (releases.length === 0) return [];
  const rows = releases.map((row) => ({
    vendor: row.vendor,
    slug: row.slug,
    established_at: timestamp(row.establishedAt),
    recorded_at: timestamp(row.recordedAt),
    is_news: row.isNews,
  }));
  return await db<{ vendor: string; slug: string }[]>`
    insert into model_releases (vendor, slug, established_at, recorded_at, is_news)
    select vendor, slug, established_at, recorded_at, is_news
    from json_to_recordset(${json(db, rows)}) as t(vendor text, slug text, established_at timestamptz, recorded_at timestamptz,
      is_news boolean)
    order by vendor, slug on conflict do nothing returning vendor, slug`;
}
