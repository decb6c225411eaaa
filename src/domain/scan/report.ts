import { modelKey } from '../identity/model-id.ts';
import { whyUnread } from '../identity/parse.ts';
import type { Instant } from '../instant.ts';
import { daysLeft, type EndAnswer, noEnd, type ScanStatus, scanStatuses, statusOf } from './end.ts';
import type { Finding } from './find-ids.ts';
import type { UsedId } from './used-id.ts';

/** One line of a file. */
export type Where = { readonly file: string; readonly line: number };

/** An id that a repository uses, everywhere it uses it. */
export type ScanRow = EndAnswer & {
  readonly id: string;
  readonly where: readonly Where[];
  /** The canonical name: `openai/gpt-5`; null if the id names no single model. */
  readonly model: string | null;
  /** The service that the id addresses, if not the vendor's own. */
  readonly host: string | null;
  readonly status: ScanStatus;
  readonly daysLeft: number | null;
  /** Why the id names no single model, in words. */
  readonly problem: string | null;
};

/** The ids of the findings, each once, with what is known of their ends; most urgent first. */
export function makeReport(
  findings: readonly Finding[],
  answers: ReadonlyMap<string, EndAnswer>,
  now: Instant,
): ScanRow[] {
  const byId = new Map<string, Finding[]>();
  for (const finding of findings) byId.set(finding.id, [...(byId.get(finding.id) ?? []), finding]);
  const rows = [...byId].flatMap(([id, [first, ...more]]) =>
    first === undefined ? [] : makeRow(first, [first, ...more], answers.get(id) ?? noEnd, now),
  );
  return rows.sort(compareUrgency);
}

function makeRow(used: UsedId, findings: readonly Finding[], answer: EndAnswer, now: Instant): ScanRow {
  const { identity, aliasOf, id, host } = used;
  const model = identity.outcome === 'model' ? identity : aliasOf;
  const isUnknown = answer.end === null && answer.alias === undefined && model === null;
  return {
    ...answer,
    id,
    host,
    where: findings.map(({ path, line }) => ({ file: path, line })),
    model: answer.alias?.model ?? (model === null ? null : modelKey(model)),
    status: isUnknown ? 'unknown' : statusOf(answer.end, now),
    daysLeft: answer.end === null ? null : daysLeft(answer.end, now),
    problem: answer.alias === undefined && model === null ? problemOf(identity) : null,
  };
}

function problemOf(identity: UsedId['identity']): string | null {
  if (identity.outcome === 'model') return null;
  return identity.reason === 'rolling_alias' ? unstatedAlias : whyUnread(identity.reason);
}

const unstatedAlias = 'it is a rolling alias, and no feed states what it stands for';

/** What has ended first, then what ends soonest; within a status by days, then by id. */
function compareUrgency(a: ScanRow, b: ScanRow): number {
  const byStatus = scanStatuses.indexOf(a.status) - scanStatuses.indexOf(b.status);
  const byDays = (a.daysLeft ?? Number.MAX_SAFE_INTEGER) - (b.daysLeft ?? Number.MAX_SAFE_INTEGER);
  return byStatus || byDays || (a.id < b.id ? -1 : 1);
}

/** The rows that have ended or end within so many days. An earliest possible day is not an end. */
export function listFailing(rows: readonly ScanRow[], withinDays: number): ScanRow[] {
  return rows.filter(
    ({ status, daysLeft: days }) => status === 'ended' || (status === 'ending' && days !== null && days <= withinDays),
  );
}
