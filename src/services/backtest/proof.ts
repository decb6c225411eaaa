import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { Deps } from '../deps.ts';
import { type ListQuery, listPredictions } from '../predictions/lists.ts';
import { resolveEverything } from '../settling/resolver.ts';

/** The result of verifying the engine during a replay. Both lists should be empty. */
export type BacktestProof = {
  /** Number of additional evaluations: of every prediction after each payload. */
  readonly evaluations: number;
  /** Payloads after which evaluating every prediction changed more than evaluating the affected ones. */
  readonly missed: readonly string[];
  /** Number of `as_of` results that were compared at the end. */
  readonly answers: number;
  /** `as_of` results that later evidence had changed. */
  readonly moved: readonly string[];
};

export type RunningProof = {
  /** Must be called after a payload was ingested and the affected predictions were settled. */
  check(payload: string): Promise<void>;
  end(): Promise<BacktestProof>;
};

const pageMax = 200;

/** Compares incremental with full evaluation, and `as_of` results with those after later evidence. */
export function startProof(deps: Deps): RunningProof {
  let evaluations = 0;
  const missed: string[] = [];
  const noted = new Map<Instant, ReadonlyMap<string, string>>();
  return {
    check: async (payload) => {
      const counts = await resolveEverything(deps);
      if (counts === null) return;
      evaluations += counts.evaluated;
      const { resolved, proposed, disputed, amended } = counts;
      if (resolved + proposed + disputed + amended > 0)
        missed.push(`${payload}: ${JSON.stringify({ resolved, proposed, disputed, amended })}`);
      noted.set(deps.now(), await answersAt(deps, deps.now()));
    },
    end: async () => {
      const moved: string[] = [];
      let answers = 0;
      for (const [at, before] of noted) {
        const after = await answersAt(deps, at);
        answers += before.size;
        for (const [slug, answer] of before)
          if (after.get(slug) !== answer)
            moved.push(`${slug} as of ${formatInstant(at)}: ${answer} became ${after.get(slug)}`);
      }
      return { evaluations, missed, answers, moved };
    },
  };
}

/** The result of every prediction as of a moment, by slug. */
async function answersAt(deps: Deps, asOf: Instant): Promise<ReadonlyMap<string, string>> {
  const answers = new Map<string, string>();
  let after: ListQuery['after'] = null;
  do {
    const page: Awaited<ReturnType<typeof listPredictions>> = await listPredictions(deps, {
      ...{ filter: {}, statuses: null, outcome: null, sort: 'recorded_at', limit: pageMax },
      asOf,
      after,
    });
    for (const { prediction, status, resolution, leaning, standing } of page.views)
      answers.set(
        prediction.slug,
        JSON.stringify([status, resolution?.outcome, resolution?.effectiveAt, leaning?.reason, standing]),
      );
    after = page.next;
  } while (after !== null);
  return answers;
}
