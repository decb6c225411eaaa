import type { CoverageModel, CoverageRow, CoverageTable } from '../../src/domain/evidence/coverage-table.ts';

const knownModels = 2000;

/**
 * A table in which every origin covers every vendor and fact so well that the shortest patience suffices: each row has
 * 2,000 models that were watched for years, none of them missed at any step. As in a real table, no row has the vendor
 * `any`.
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
 * A table in which each origin lists every model of every vendor after the same number of days, so that a read proves
 * absence that many days after an event and not before. Null: the origin was not measured.
 */
export function coverageByLag(recordOf: (origin: string) => OriginRecord | null): CoverageTable {
  return {
    version: 'by lag',
    rows: [],
    find: (origin, vendor, fact) => {
      const record = recordOf(origin);
      if (vendor === 'any' || record === null) return null;
      // One origin alone may miss one model in forty; two together, one in 1,600. A first party suffices alone.
      const models = listModels(vendor, record.lagDays, record.firstParty ? 150 : 40);
      return coverageRow({ origin, vendor, fact, models });
    },
  };
}

/**
 * A table of the given origins: the lags, in days, at which each listed the first, second … model of every vendor;
 * null: never. Other origins and other facts were not measured.
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

/** That many models, each listed after the same number of days. */
export function listedAfter(days: number | null, models: number): (number | null)[] {
  return Array.from({ length: models }, () => days);
}

export type OriginRecord = { readonly lagDays: number; readonly firstParty: boolean };

function listModels(vendor: string, lagDays = 0, count = knownModels): CoverageModel[] {
  return Array.from({ length: count }, (_, index) => coverageModel(`${vendor}/known-${index}`, lagDays));
}

/** A model that was released on 2020-01-01 and watched to the end of the reads of `coverageRow`. */
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
