import type { Instant } from '../instant.ts';
import { type EndDate, type EndState, formatEndDate, isSameDate } from './end.ts';

/**
 * What can happen to the end of an id. `new`: it is stated. `moved`: another date stands. `restated`: the date stands, with
 * another kind. `withdrawn`: no row states an end any more. `ended`: the id is known to have ended. `suspended` and `reinstated`:
 * the vendor withdrew the id for some time, or serves it again. `successor_released`: the recommended model is released.
 */
export type EndChangeType =
  | 'new'
  | 'moved'
  | 'restated'
  | 'withdrawn'
  | 'ended'
  | 'suspended'
  | 'reinstated'
  | 'successor_released';

export type EndChange = {
  readonly type: EndChangeType;
  /** What was known before; null for an end that is new. */
  readonly before: EndState | null;
  readonly after: EndState;
  readonly knownAt: Instant;
};

/** What happened from one state of an end to the next. */
export function endChanges(before: EndState | null, after: EndState): EndChange[] {
  const types: EndChangeType[] = [];
  if (before === null || before.kind === null) {
    if (after.kind !== null) types.push(isMoved(after) ? 'moved' : 'new');
  } else if (after.kind === null) types.push(before.kind === 'passed' ? 'reinstated' : 'withdrawn');
  else if (!isSameDate(before.date, after.date)) types.push('moved');
  else if (before.kind !== after.kind) types.push('restated');
  const hasEnded = after.endedAt !== null;
  const hadEnded = before !== null && before.endedAt !== null;
  const wasSuspended = before?.suspended === true;
  if (hasEnded && !hadEnded) types.push('ended');
  if (after.suspended && !wasSuspended) types.push('suspended');
  if ((wasSuspended && !after.suspended) || (hadEnded && !hasEnded)) types.push('reinstated');
  return [...new Set(types)].map((type) => ({ type, before, after, knownAt: after.knownFrom }));
}

/** Whether an end that is stated again has another date than the one that was withdrawn. */
function isMoved({ movedFrom, date }: EndState): boolean {
  const last = movedFrom.at(-1);
  return last !== undefined && !isSameDate(last.date, date);
}

/** What distinguishes a change from others of its type: it is announced once, even if evidence that comes late shifts its time. */
export function markOf({ type, before, after }: EndChange): string {
  switch (type) {
    case 'moved':
      return `${textOf(before?.date ?? after.movedFrom.at(-1)?.date ?? null)} > ${textOf(after.date)}`;
    case 'restated':
      return `${textOf(after.date)} ${after.kind}`;
    case 'withdrawn':
      return textOf(before?.date ?? null);
    case 'new':
    case 'ended':
      return textOf(after.date);
    case 'successor_released':
      return after.successor?.id ?? '';
    case 'suspended':
    case 'reinstated':
      return '';
  }
}

function textOf(date: EndDate | null): string {
  return date === null ? '' : formatEndDate(date);
}
