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

function listModels(vendor: string): CoverageModel[] {
  return Array.from({ length: knownModels }, (_, index) => coverageModel(`${vendor}/known-${index}`, 0));
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
