import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { coverageRows } from '../domain/evidence/coverage-rows.ts';
import { type CoverageRow, readCoverageTable } from '../domain/evidence/coverage-table.ts';
import { findAdapter } from '../domain/feeds/adapters/registry.ts';
import { readIdentityTable } from '../domain/identity/table.ts';
import { formatDay } from '../domain/instant.ts';
import { Refusal } from '../domain/refusal.ts';
import { packageRoot } from '../package-root.ts';
import { type MeasuredArchive, measureArchive } from './coverage-archive.ts';
import { readJsonFile } from './json-file.ts';

export type CoverageInput = {
  readonly directory: string;
  /** The origins to measure; empty: every catalogue in the directory. */
  readonly origins: readonly string[];
  readonly now: number;
};

export type CoverageReport = {
  readonly computedAt: string;
  readonly identityVersion: string;
  readonly sources: readonly string[];
  readonly rows: readonly CoverageRow[];
  readonly left: MeasuredArchive['left'];
};

/**
 * Measures how often each origin in a directory of archives missed a fact; the rows are those of `data/coverage.json`.
 */
export function measureCoverage(input: CoverageInput): CoverageReport {
  const root = packageRoot();
  const identity = readIdentityTable(readJsonFile(join(root, 'data', 'identity.json')));
  const archive = measureArchive(root, input.directory, identity);
  const measurable = archive.records
    .map(({ origin }) => origin)
    .filter((origin) => adaptersOf(archive, origin).some(({ measures }) => ['listing', 'end'].some(measures)));
  for (const origin of input.origins)
    if (!measurable.includes(origin))
      throw new Refusal(
        'not_found',
        `${input.directory} has no archive of the origin ${origin} that can be measured; use one of ${measurable.join(', ') || 'none'}`,
      );
  const rows = coverageRows({
    records: archive.records,
    origins: input.origins.length === 0 ? measurable : input.origins,
    // An origin is a catalogue only if all of its feeds list releases.
    measures: (origin, fact) => {
      const measurable = adaptersOf(archive, origin).map(({ measures }) => measures(fact));
      return fact === 'listing' ? measurable.every(Boolean) : measurable.some(Boolean);
    },
    witnessesEnds: (origin) => adaptersOf(archive, origin).some(({ ends }) => ends),
  });
  const report = {
    computedAt: formatDay(input.now),
    identityVersion: identity.version,
    sources: archive.sources,
    rows,
    left: archive.left,
  };
  readCoverageTable(coverageToJson(report));
  return report;
}

/** The facts that can be measured for an origin's adapter; `ends`: whether its ends are evidence for other origins. */
type Measurable = { readonly measures: (fact: string) => boolean; readonly ends: boolean };

/** Lists limited by a key, news and SDKs are evidence of releases, but absence from them proves nothing. */
const evidenceAdapters = new Set(['ledger', 'npm_sdk', 'news', 'github_releases', 'epoch', 'huggingface', 'json']);

function adaptersOf({ adapters }: MeasuredArchive, origin: string): Measurable[] {
  return [...(adapters.get(origin) ?? [])].map((name) => {
    const adapter = findAdapter(name);
    const ends = adapter?.publishes?.includes('shutdown') === true;
    if (adapter === null || evidenceAdapters.has(name)) return { measures: () => false, ends: false };
    if (adapter.defaults.trust === 'first_party') return { measures: () => false, ends };
    const witnesses = adapter.witnesses ?? ['release', 'end', 'attribute'];
    const measures = (fact: string) => {
      const testimony = fact === 'listing' ? 'release' : fact === 'end' ? 'end' : 'attribute';
      return witnesses.includes(testimony);
    };
    return { measures, ends: ends && adapter.defaults.trust === 'curated' };
  });
}

/** The format of `data/coverage.json`. Its version changes with every row, because answers are stamped with it. */
export function coverageToJson({ computedAt, identityVersion, sources, rows }: CoverageReport) {
  const digest = createHash('sha256').update(JSON.stringify(rows)).digest('hex').slice(0, 8);
  return {
    format: 'outturn-coverage/1',
    version: `${computedAt}.${digest}`,
    computed_at: computedAt,
    notes: [
      'Computed by: outturn coverage <directory> --json; docs/accuracy.md says from which archives, and how to repeat it.',
      `Names were read by identity data ${identityVersion}.`,
      ...sources,
    ],
    rows,
  };
}
