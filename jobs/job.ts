import type { Instant } from '../src/domain/instant.ts';
import type { Deps } from '../src/services/deps.ts';

/** A scheduled job. Every run is idempotent and catches up to now. */
export type Job = {
  readonly name: string;
  /** Five-field cron, UTC. */
  readonly cron: string;
  /** `tick` is the time it was scheduled for. Null when another node runs it. */
  readonly run: (deps: Deps, tick: Instant) => Promise<Readonly<Record<string, number>> | null>;
};
