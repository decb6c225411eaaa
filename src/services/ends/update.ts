import { type EndChange, endChanges } from '../../domain/ends/changes.ts';
import { type EndState, endKeyText } from '../../domain/ends/end.ts';
import { stateAnEnd } from '../../domain/ends/rows.ts';
import { listEndStates } from '../../domain/ends/states.ts';
import type { Timeline } from '../../domain/evidence/timeline.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql } from '../../store/db.ts';
import { markEndNotices } from '../../store/end-notices.ts';
import { insertEnds, rewindEnds } from '../../store/ends.ts';
import type { FamilyKey } from '../../store/model-families.ts';
import type { Deps } from '../deps.ts';
import { announceEndChanges } from './changes.ts';

/** The rules by which ends are derived. A change recomputes every family from the beginning. */
export const endRules = 'ends-2';

/**
 * Recomputes what was known of the ends of a family's ids from the knowledge time `from` on, in the transaction that recomputes its
 * models. Returns when the next state may follow without a new poll.
 */
export async function updateEnds(
  tx: Sql,
  deps: Deps,
  family: FamilyKey,
  { timeline, from, at }: { readonly timeline: Timeline; readonly from: Instant; readonly at: Instant },
): Promise<Instant | null> {
  const before = await rewindEnds(tx, family, from);
  if (before.length === 0 && !stateAnEnd(timeline.sightings)) return null;
  const { states, recheckAt } = listEndStates(deps.identity, timeline, { from, at }, before);
  const next = new Map<string, Instant>();
  const rows = states
    .toReversed()
    .map((state) => {
      const key = endKeyText(state);
      const knownTo = next.get(key) ?? null;
      next.set(key, state.knownFrom);
      return { ...state, knownTo };
    })
    .toReversed();
  await insertEnds(tx, rows);
  await announceEndChanges(tx, deps, changesOf(before, states));
  await markEndNotices(
    tx,
    rows
      .filter(({ knownTo }) => knownTo === null)
      .map(({ model, id, scope, host }) => ({ vendor: model.vendor, family: model.family, id, scope, host })),
    deps.now(),
  );
  return recheckAt;
}

/** Every change from the states before to the last ones, oldest first. */
function changesOf(before: readonly EndState[], states: readonly EndState[]): EndChange[] {
  const last = new Map(before.map((state) => [endKeyText(state), state]));
  const changes = states.flatMap((state) => {
    const key = endKeyText(state);
    const found = endChanges(last.get(key) ?? null, state);
    last.set(key, state);
    return found;
  });
  return changes.sort((a, b) => a.knownAt - b.knownAt);
}
