import type { CoverageModel, CoverageRow, CoverageTable } from '../../src/domain/evidence/coverage-table.ts';

const knownModels = 2000;

/**
 * A table by which every origin covers every vendor and fact so well that any patience suffices: each row knows 2,000
 * models, watched for years, and missed none of them at any step. As in a real table, no row is about any vendor.
 */
export function coverageOfEverything(): CoverageTable {
  const models = new Map<string, readonly CoverageModel[]>();
  return {
    version: 'everything',
    rows: [],
    find: (origin, vendor, fact) => {
      if (vendor === 'any') return null;
      const known = models.get(vendor) ?? listModels(vendor);
      models.set(vendor, known);
      return coverageRow({ origin, vendor, fact, models: known });
    },
  };
}

/**
 * A table by which each origin lists every model of every vendor after as many days, so that absence is proven by the read
 * that many days later, and not before. Null: nothing was measured of the origin.
 */
export function coverageByLag(recordOf: (origin: string) => OriginRecord | null): CoverageTable {
  return {
    version: 'by lag',
    rows: [],
    find: (origin, vendor, fact) => {
      const record = recordOf(origin);
      if (vendor === 'any' || record === null) return null;
      // One origin alone may miss one model in forty; two together, one in 1,600. A first party is believed alone.
      const models = listModels(vendor, record.lagDays, record.firstParty ? 150 : 40);
      return coverageRow({ origin, vendor, fact, models });
    },
  };
}

/**
 * A table of the origins named: the lags, in days, at which each listed the first, second … model of every vendor; null: never.
 * Nothing was measured of other origins, and of other facts than those given.
 */
export function coverageOfLags(
  lags: Readonly<Record<string, readonly (number | null)[]>>,
  facts: readonly string[] = ['listing'],
): CoverageTable {
  return {
    version: 'of lags',
    rows: [],
    find: (origin, vendor, fact) => {
      const known = lags[origin];
      if (vendor === 'any' || known === undefined || !facts.includes(fact)) return null;
      const models = known.map((lag, index) => coverageModel(`${vendor}/known-${index}`, lag));
      return coverageRow({ origin, vendor, fact, models });
    },
  };
}

/** As many models, each listed after the same number of days. */
export function listedAfter(days: number | null, models: number): (number | null)[] {
  return Array.from({ length: models }, () => days);
}

export type OriginRecord = { readonly lagDays: number; readonly firstParty: boolean };

function listModels(vendor: string, lagDays = 0, count = knownModels): CoverageModel[] {
  return Array.from({ length: count }, (_, index) => coverageModel(`${vendor}/known-${index}`, lagDays));
}

/** A model that happened on 2020-01-01 and was watched to the end of the reads of `coverageRow`. */
export function coverageModel(model: string, lagDays: number | null): CoverageModel {
  return { model, happened: '2020-01-01', lag_days: lagDays, watched_days: 1461 };
}

export function coverageRow(row: Partial<CoverageRow> = {}): CoverageRow {
  return {
    origin: 'litellm',
    vendor: 'openai',
    fact: 'listing',
    reads: { from: '2020-01-01T00:00:00Z', to: '2024-01-01T00:00:00Z', count: 1461 },
    models: [],
    ...row,
  };
}
