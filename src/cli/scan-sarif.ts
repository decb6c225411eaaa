import { describeRow } from '../domain/scan/end-text.ts';
import type { ScanRow } from '../domain/scan/report.ts';

/** SARIF 2.1.0, the format in which code hosts take the results of tools (OASIS, 2020). */

const rules = [
  {
    id: 'model-ended',
    level: 'error',
    text: 'A model id whose service has ended. Requests for it fail.',
  },
  {
    id: 'model-ends-soon',
    level: 'warning',
    text: 'A model id whose end is stated, or whose earliest possible end.',
  },
  {
    id: 'model-unknown',
    level: 'note',
    text: 'A name in the place of a model id that names no single model, so that its end is not known.',
  },
] as const;

type RuleId = (typeof rules)[number]['id'];

const docsUrl = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

/** One result per use of an id that has ended, ends or is unknown. Ids without a stated end give none. */
export function renderSarif(rows: readonly ScanRow[], version: string): string {
  const results = rows.flatMap((row) => {
    const rule = ruleOf(row);
    return rule === null ? [] : row.where.map((where) => resultOf(row, rule, where));
  });
  const log = {
    $schema: docsUrl,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'outturn',
            semanticVersion: version,
            rules: rules.map(({ id, level, text }) => ({
              id,
              shortDescription: { text },
              defaultConfiguration: { level },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results,
      },
    ],
  };
  return JSON.stringify(log, null, 2);
}

function ruleOf({ status }: ScanRow): RuleId | null {
  switch (status) {
    case 'ended':
      return 'model-ended';
    case 'ending':
    case 'may_end':
      return 'model-ends-soon';
    case 'unknown':
      return 'model-unknown';
    case 'no_end':
      return null;
  }
}

function resultOf(row: ScanRow, rule: RuleId, { file, line }: ScanRow['where'][number]) {
  const index = rules.findIndex(({ id }) => id === rule);
  return {
    ruleId: rule,
    ruleIndex: index,
    // An earliest possible day is no reason to act yet.
    level: row.status === 'may_end' ? 'note' : (rules[index]?.level ?? 'warning'),
    message: { text: describeRow(row) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: file.split('/').map(encodeURIComponent).join('/') },
          region: { startLine: line },
        },
      },
    ],
    partialFingerprints: { 'modelId/v1': row.id },
  };
}
