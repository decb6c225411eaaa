import type { HttpBindings } from '@hono/node-server';
import type { Deps, Log } from '../services/deps.ts';

/** What the HTTP floor needs. */
export type HttpDeps = {
  readonly services: Deps;
  /** SHA-256, in hex, of the key that may do everything. */
  readonly adminKeyHash: string;
  /** Whether reading needs no key. */
  readonly publicRead: boolean;
  readonly version: string;
  readonly log: Log;
  /** True once the process has been told to stop: `/readyz` then fails, and connections are closed. */
  readonly isDraining?: () => boolean;
};

export type HttpEnv = { Bindings: Partial<HttpBindings>; Variables: { requestId: string; challenge?: string } };
