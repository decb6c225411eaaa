import type { ModelPattern } from '../criterion/criterion.ts';
import { type ModelName, matchesPattern, type VersionStyleOf } from '../criterion/pattern.ts';
import type { Instant } from '../instant.ts';
import { type CoverageModel, type CoverageRow, type CoverageTable, happenedFrom } from './coverage-table.ts';

/** The models that a claim is about: those that match one of the patterns and were released after the claim was made. */
export type ClaimModels = {
  readonly patterns: readonly ModelPattern[];
  readonly madeFrom: Instant;
  readonly styleOf: VersionStyleOf;
};

/**
 * The table as it would have been measured without the models that a claim is about. A backtest evaluates each claim
 * with such a table, because otherwise the measured lags would contain the answer. The version does not change.
 */
export function leaveModelsOut(table: CoverageTable, { patterns, madeFrom, styleOf }: ClaimModels): CoverageTable {
  const isLeftOut = ({ model: key, happened }: CoverageModel): boolean =>
    (happenedFrom(happened) ?? madeFrom) >= madeFrom &&
    listReadings(key).some((model) => patterns.some((pattern) => matchesPattern(pattern, model, styleOf)));
  const rows = table.rows.map((row) => ({ ...row, models: row.models.filter((model) => !isLeftOut(model)) }));
  const byRow = new Map<CoverageRow, CoverageRow>();
  for (const [index, row] of table.rows.entries()) byRow.set(row, rows[index] ?? row);
  return {
    version: table.version,
    rows,
    find: (origin, vendor, fact) => {
      const row = table.find(origin, vendor, fact);
      return row === null ? null : (byRow.get(row) ?? null);
    },
  };
}

/**
 * Every model that a key of the table can mean. `openai/gpt-oss-120b` does not say where the family ends, so every
 * split is listed. A model is left out if the claim is about any of them.
 */
function listReadings(key: string): ModelName[] {
  const slash = key.indexOf('/');
  const vendor = key.slice(0, slash);
  const words = key.slice(slash + 1).split('-');
  return words.flatMap((_, index) => {
    const family = words.slice(0, index + 1).join('-');
    const [next, ...later] = words.slice(index + 1);
    const bare = { vendor, family, version: null, tier: words.slice(index + 1).join('-') || null };
    const joined = /^(o)(\d.*)$/.exec(family);
    const tier = later.join('-') || null;
    return [
      bare,
      ...(next === undefined || !/^\d/.test(next) ? [] : [{ vendor, family, version: next, tier }]),
      ...(joined === null ? [] : [{ vendor, family: joined[1] ?? '', version: joined[2] ?? '', tier: bare.tier }]),
    ];
  });
}
