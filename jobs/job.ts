import type { Instant } from '../src/domain/instant.ts';
import type { Deps } from '../src/services/deps.ts';

/** What runs by the clock. Every run is idempotent and catches up to now; `tick` is the moment it was scheduled for. */
export type Job = {
  readonly name: string;
  /** Five-field cron, UTC. */
  readonly cron: string;
  readonly run: (deps: Deps, tick: Instant) => Promise<Readonly<Record<string, number>> | null>;
};
