import { canonicalJson } from '../canonical-json.ts';
import { sightingTimes } from '../evaluation/known-at.ts';
import type { Timeline } from '../evidence/timeline.ts';
import { parseModelId } from '../identity/parse.ts';
import type { IdentityTable } from '../identity/table.ts';
import type { Instant } from '../instant.ts';
import { modelSlug } from '../models/slug.ts';
import {
  aliasFamily,
  type EndMove,
  type EndState,
  type EndSuccessor,
  endKeyText,
  endMovesMax,
  isSameDate,
} from './end.ts';
import { findContradiction, isSuspended, proofMoments, weighEnd } from './proof.ts';
import { type EndRow, groupRowsById, knownRow, statesAnEnd } from './rows.ts';
import { rankStatements, releasedBy, type Statement, sourcesOf, statementOf } from './statement.ts';

export type EndStates = {
  /** Of each end oldest first, each different from the one before. */
  readonly states: readonly EndState[];
  /** When the next state may follow without a new poll; null when it cannot. */
  readonly recheckAt: Instant | null;
};

/**
 * Every state of what was known of the ends of a family's ids from the knowledge time `from` up to `at`. `before` are the
 * states before `from`. Later evidence never changes an earlier state.
 */
export function listEndStates(
  table: IdentityTable,
  timeline: Timeline,
  { from, at }: { readonly from: Instant; readonly at: Instant },
  before: readonly EndState[] = [],
): EndStates {
  const states: EndState[] = [];
  const future: Instant[] = [];
  for (const [id, rows] of groupRowsById(table, timeline)) {
    if (!rows.some(({ runs }) => runs.some(({ versions }) => versions.some(statesAnEnd)))) continue;
    const last = new Map(before.filter((state) => state.id === id).map((state) => [endKeyText(state), state]));
    for (const moment of momentsOf(timeline, rows)) {
      if (moment > at) future.push(moment);
      if (moment < from || moment > at) continue;
      for (const state of changesAt(table, { timeline, rows, at: moment }, last)) {
        last.set(endKeyText(state), state);
        states.push(state);
      }
    }
  }
  return { states, recheckAt: future.length === 0 ? null : Math.min(...future) };
}

/** The ends of a family's ids as known at a moment, computed from the evidence alone. */
export function listEndsAt(table: IdentityTable, timeline: Timeline, at: Instant): EndState[] {
  const { states } = listEndStates(table, timeline, { from: Number.NEGATIVE_INFINITY, at });
  const last = new Map(states.map((state) => [endKeyText(state), state]));
  return [...last.values()].filter(({ kind }) => kind !== null).sort(byUrgency);
}

/** By the date or, without one, by when the end was first stated. */
function byUrgency(a: EndState, b: EndState): number {
  const dueAt = ({ date, statedSince }: EndState): Instant => date?.from ?? statedSince ?? 0;
  return dueAt(a) - dueAt(b) || (endKeyText(a) < endKeyText(b) ? -1 : 1);
}

function momentsOf(timeline: Timeline, rows: readonly EndRow[]): Instant[] {
  const ofRows = rows.flatMap(({ runs }) => runs.flatMap((run) => sightingTimes(timeline, run)));
  return [...new Set([...ofRows, ...proofMoments(timeline, rows)])].sort((a, b) => a - b);
}

type Asked = { readonly timeline: Timeline; readonly rows: readonly EndRow[]; readonly at: Instant };

/** The states of the ends of one id that differ at a moment from the last ones. */
function changesAt(table: IdentityTable, asked: Asked, last: ReadonlyMap<string, EndState>): EndState[] {
  const known = asked.rows.flatMap((row) => knownRow(row, asked.at) ?? []);
  const released = releasedBy(known);
  const byKey = new Map<string, Statement[]>();
  for (const one of known) {
    const statement = statementOf(one, released);
    if (statement === null) continue;
    const key = endKeyText(statement);
    byKey.set(key, [...(byKey.get(key) ?? []), statement]);
  }
  const changed: EndState[] = [];
  for (const [key, statements] of byKey) {
    const before = last.get(key) ?? null;
    const state = stateOf(table, asked, rankStatements(statements), before);
    if (state !== null && !isSameState(before, state)) changed.push(state);
  }
  for (const [key, before] of last)
    if (!byKey.has(key) && before.kind !== null) changed.push(withdrawn(before, asked.at));
  return changed;
}

/** The state of an end; null if nothing usable was ever stated. */
function stateOf(
  table: IdentityTable,
  asked: Asked,
  ranked: readonly Statement[],
  before: EndState | null,
): EndState | null {
  const [decides] = ranked;
  if (decides === undefined) return null;
  if (!decides.isUsable) return before === null || before.kind === null ? null : withdrawn(before, asked.at);
  const { vendor, family, version, tier } = decides.known.row.model;
  const model = { vendor, family, version, tier };
  const isVendors = decides.scope === 'vendor';
  const evidence = isVendors ? weighEnd(asked, ranked) : null;
  const hasMoved = before !== null && !isSameDate(before.date, decides.date);
  return {
    knownFrom: asked.at,
    model: { ...model, slug: family === aliasFamily ? null : modelSlug(table, model) },
    id: decides.id,
    scope: decides.scope,
    host: decides.host,
    kind: decides.kind,
    date: decides.date,
    statedSince: before === null || before.kind === null || hasMoved ? decides.statedSince : before.statedSince,
    appeared: decides.appeared,
    endedAt: evidence === null ? null : (before?.endedAt ?? asked.at),
    evidence: evidence ?? [],
    suspended: isVendors && isSuspended(asked),
    successor: successorOf(table, ranked),
    contradicted: isVendors && evidence === null ? findContradiction(asked, decides) : null,
    sources: sourcesOf(ranked),
    movedFrom: before === null || !hasMoved ? (before?.movedFrom ?? []) : movesOf(before, decides, asked.at),
  };
}

/** The state of an end that no row states any more. */
function withdrawn(before: EndState, at: Instant): EndState {
  return {
    ...before,
    knownFrom: at,
    kind: null,
    date: null,
    statedSince: null,
    appeared: true,
    endedAt: null,
    evidence: [],
    suspended: false,
    successor: null,
    contradicted: null,
    sources: [],
    movedFrom: movesOf(before, null, at),
  };
}

/** The earlier dates, with the one that `next` replaces or, if it is null, that was withdrawn at `at`. */
function movesOf(before: EndState, next: Statement | null, at: Instant): readonly EndMove[] {
  const [source] = before.sources;
  if (before.date === null || before.kind === null || source === undefined) return before.movedFrom;
  const isSameRow = next !== null && source.feed === next.feed && source.name === next.name;
  const move: EndMove = {
    date: before.date,
    kind: before.kind,
    feed: source.feed,
    from: Math.max(before.statedSince ?? at, before.movedFrom.at(-1)?.to ?? Number.NEGATIVE_INFINITY),
    to: at,
    because: next === null ? 'withdrawn' : isSameRow ? 'moved' : 'other_source',
  };
  return [...before.movedFrom, move].slice(-endMovesMax);
}

/** What the statement that decides recommends instead, or else the next one that recommends anything. */
function successorOf(table: IdentityTable, ranked: readonly Statement[]): EndSuccessor | null {
  for (const { isUsable, feed, known } of ranked) {
    const { successor: id, observationId } = known.version;
    if (!isUsable || id === undefined) continue;
    return {
      id,
      model: readSuccessor(table, id, known.row.model.vendor),
      feed,
      observationId: firstWith(known, id) ?? observationId,
    };
  }
  return null;
}

function firstWith({ versions }: Statement['known'], id: string): string | undefined {
  const before = versions.findLastIndex(({ successor }) => successor !== id);
  return versions[before + 1]?.observationId;
}

/** An id without a vendor is one of the same vendor. */
function readSuccessor(table: IdentityTable, id: string, vendor: string): EndSuccessor['model'] {
  const plain = parseModelId(table, id, { feed: '' });
  const read =
    plain.outcome === 'model' || id.includes('/') ? plain : parseModelId(table, `${vendor}/${id}`, { feed: '' });
  if (read.outcome !== 'model') return null;
  const model = { vendor: read.vendor, family: read.family, version: read.version, tier: read.tier };
  return { ...model, slug: modelSlug(table, model) };
}

/** Whether two states differ only in when they were known. */
function isSameState(a: EndState | null, b: EndState): boolean {
  return a !== null && contentOf(a) === contentOf(b);
}

function contentOf({ knownFrom: _knownFrom, appeared: _appeared, ...content }: EndState): string {
  return canonicalJson(content);
}
