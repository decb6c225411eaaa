import { describeAlias, describeEnd } from '../domain/scan/end-text.ts';
import type { ScanRow } from '../domain/scan/report.ts';
import { suggestionOf } from '../domain/scan/suggest.ts';
import type { Scan } from '../services/scan/scan.ts';
import type { Skipped } from './scan-files.ts';
import { renderTable } from './table.ts';

/** What `outturn scan --json` prints. docs/scan.md describes the fields. */
export function scanJson({ rows, files, ends }: Scan, skipped: Skipped) {
  return {
    ids: rows.map(rowJson),
    files,
    ends,
    skipped: { large: skipped.large, unreadable: skipped.unreadable },
  };
}

function rowJson(row: ScanRow) {
  const { id, where, model, host, status, alias, end, daysLeft, successor, problem } = row;
  return {
    id,
    where,
    model,
    host,
    status,
    alias: alias === undefined ? null : { stands_for: alias.standsFor, stated_by: alias.feed, since: alias.since },
    end:
      end === null
        ? null
        : {
            id: end.id,
            date: end.date,
            kind: end.kind,
            scope: end.scope,
            host: end.host,
            sources: end.sources,
            moved_from: end.movedFrom,
          },
    days_left: daysLeft,
    successor,
    suggestion: suggestionOf(row),
    problem,
  };
}

const columns = ['id', 'where', 'model', 'status', 'end', 'days left', 'kind', 'successor'];

/** The table of a scan, and below it what the ends are from and what was not read. */
export function renderScan({ rows, files, ends }: Scan, skipped: Skipped): string {
  const uses = rows.reduce((sum, { where }) => sum + where.length, 0);
  const summary = `${rows.length} ${plural(rows.length, 'id')} in ${uses} ${plural(uses, 'place')}, ${files} ${plural(files, 'file')} read.`;
  return [
    ...(rows.length === 0 ? ['No model ids found.'] : renderTable([columns, ...rows.map(cellsOf)])),
    '',
    summary,
    ...rows.flatMap(noteOf),
    ...(skipped.large === 0 ? [] : [`${skipped.large} ${plural(skipped.large, 'file')} skipped as too large.`]),
    ...skipped.unreadable.map((text) => `Not read: ${text}`),
    ends,
  ].join('\n');
}

function cellsOf({ id, where, model, status, end, daysLeft, successor }: ScanRow): string[] {
  const [first, ...more] = where;
  const place = first === undefined ? '' : `${first.file}:${first.line}${more.length === 0 ? '' : ` +${more.length}`}`;
  return [
    ...[
      id,
      place,
      model ?? '',
      status.replaceAll('_', ' '),
      end?.date ?? '',
      daysLeft === null ? '' : String(daysLeft),
    ],
    ...[end?.kind ?? '', successor ?? ''],
  ];
}

/** What an alias stands for, why an id names no model, and which id its end is stated for. */
function noteOf({ id, alias, end, problem }: ScanRow): string[] {
  const notes = [
    ...(alias === undefined ? [] : [describeAlias(alias)]),
    ...(problem === null ? [] : [problem]),
    ...(end === null || end.id.toLowerCase() === id.toLowerCase() ? [] : [describeEnd(end)]),
  ];
  return notes.length === 0 ? [] : [`${id}: ${notes.join('; ')}.`];
}

function plural(count: number, word: string): string {
  return count === 1 ? word : `${word}s`;
}
