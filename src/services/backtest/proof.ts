import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { Deps } from '../deps.ts';
import { listPredictions } from '../predictions/lists.ts';
import { resolveEverything } from '../settling/resolver.ts';

/** What a replay proved of the engine on the way; both lists should be empty. */
export type BacktestProof = {
  /** Evaluations of everything, after each payload, beside those of what had changed. */
  readonly evaluations: number;
  /** Payloads after which evaluating everything came to more than looking at what had changed. */
  readonly missed: readonly string[];
  /** Answers as of the moment of a payload, noted then and asked again at the end. */
  readonly answers: number;
  /** Answers that evidence of a later moment had moved. */
  readonly moved: readonly string[];
};

export type ProofUnderWay = {
  /** To be called when a payload has been read and what it touched was settled. */
  look(payload: string): Promise<void>;
  end(): Promise<BacktestProof>;
};

const pageMax = 200;

/** Holds the incremental path against the full one, and what is known as of a moment against later evidence. */
export function startProof(deps: Deps): ProofUnderWay {
  let evaluations = 0;
  const missed: string[] = [];
  const noted = new Map<Instant, ReadonlyMap<string, string>>();
  return {
    look: async (payload) => {
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

/** Every prediction's answer as of a moment, by slug. */
async function answersAt(deps: Deps, asOf: Instant): Promise<ReadonlyMap<string, string>> {
  const answers = new Map<string, string>();
  let after: number | null = null;
  do {
    const page: Awaited<ReturnType<typeof listPredictions>> = await listPredictions(deps, {
      ...{ filter: {}, status: null, outcome: null, sort: 'recorded_at', limit: pageMax },
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
