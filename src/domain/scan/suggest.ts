import type { ScanRow } from './report.ts';

/** Suggestions to replace ids that have ended or will end, as text for a pull request. */

type Suggestible = Pick<ScanRow, 'id' | 'status' | 'end' | 'daysLeft' | 'successor'>;

/** An id to replace, in one sentence; null if nothing ends or no source recommends another id. */
export function suggestionOf({ id, status, end, daysLeft, successor }: Suggestible): string | null {
  if (end === null || successor === null) return null;
  if (status !== 'ended' && status !== 'ending' && status !== 'may_end') return null;
  // The day may have passed without anything that shows the end.
  const by = {
    ended: end.date === null ? 'has ended' : 'ended',
    ending: (daysLeft ?? 0) < 0 ? 'was to end' : 'ends',
    may_end: 'may end',
  }[status];
  const day = end.date === null ? '' : ` on ${end.date}`;
  const when = status === 'may_end' && end.date !== null ? ` from ${end.date} on` : day;
  const [source] = end.sources;
  const stated =
    source === undefined ? '' : `, stated by ${source.name}${source.url === null ? '' : ` (${source.url})`}`;
  return `Replace ${code(id)} by ${code(successor)}: it ${by}${when}, ${end.kind}${stated}.`;
}

/** Markdown: one section for each id with a successor, and below it the lines that use the id. */
export function renderSuggestions(rows: readonly ScanRow[]): string {
  const sections = rows.flatMap((row) => {
    const suggestion = suggestionOf(row);
    if (suggestion === null) return [];
    return [`- ${suggestion}`, ...row.where.map(({ file, line }) => `  - ${code(`${file}:${line}`)}`)];
  });
  return sections.length === 0 ? 'No ids to replace.' : ['Model ids to replace:', '', ...sections].join('\n');
}

/** In Markdown, a text between more backticks than it contains in a row. */
function code(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${text}${fence}` : `${fence} ${text} ${fence}`;
}
