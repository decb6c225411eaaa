/**
 * Detects connections that no longer respond, sooner than by the limit of a statement: a statement may take a minute, but a
 * network or a host that is gone is noticed within seconds. When an answer is late, the server is asked over a new connection
 * what it is doing. If it does not know the session of the late statement, or has answered it, the connection is dead.
 */
export type Liveness = {
  /** An answer is awaited until the returned function is called. */
  expectAnswer(statement: Statement): () => void;
};

/** The part of the driver's query object that names the session to which it was sent; null until then. */
export type Statement = { readonly state?: { readonly pid: number | null } | null };

/** A session as the server sees it. */
export type Session = {
  /** Whether it is running a statement. */
  readonly active: boolean;
  /** How long it has been so, in milliseconds. */
  readonly forMs: number;
};

/** What the server says over a new connection: sessions by process id, nothing, or something unusable. */
export type Found = ReadonlyMap<number, Session> | 'unreachable' | 'unknown';

export type LivenessOptions = {
  readonly ask: (pids: readonly number[]) => Promise<Found>;
  /** Connections that are being opened. */
  readonly connecting: () => number;
  /** Connections that have received something since the previous call. */
  readonly progressed: () => number;
  /** Called when connections are dead: all of them if the server is unreachable. */
  readonly report: (reason: 'some' | 'all') => void;
};

/** An answer is late after this time. */
const lateMs = 2500;
/** An answer that the server has sent may be on its way for this time if the network is slow. */
const underWayMsMax = 10_000;
/** The age of what the server says of a session, for it to have nothing to do with the next statement. */
const settledMs = 1000;
/** How often waiting answers are checked. */
const checkMs = 500;

export function watchLiveness(options: LivenessOptions): Liveness {
  const waiting = new Map<Statement, number>();
  let timer: NodeJS.Timeout | undefined;
  let asking = false;
  const lateStatements = (): Statement[] => {
    const before = performance.now() - lateMs;
    return [...waiting].filter(([, since]) => since <= before).map(([statement]) => statement);
  };
  const check = async (): Promise<void> => {
    if (waiting.size === 0) {
      clearInterval(timer);
      timer = undefined;
      return;
    }
    const isMoving = options.progressed() > 0;
    const late = lateStatements();
    if (asking || late.length === 0) return;
    asking = true;
    const found = await options.ask(late.map(pidOf).filter((pid) => pid !== null));
    asking = false;
    if (found === 'unknown') return;
    const isDead = (statement: Statement): boolean => {
      const since = waiting.get(statement);
      if (since === undefined) return false;
      const mayMove = isMoving && performance.now() - since < underWayMsMax;
      return found === 'unreachable' || isAbandoned(statement, found, mayMove, options.connecting());
    };
    if (!late.some(isDead)) return;
    // They end together with their connections, and say nothing of the new ones.
    waiting.clear();
    options.report(found === 'unreachable' ? 'all' : 'some');
  };
  return {
    expectAnswer: (statement) => {
      waiting.set(statement, performance.now());
      timer ??= setInterval(() => void check(), checkMs).unref();
      return () => void waiting.delete(statement);
    },
  };
}

function pidOf({ state }: Statement): number | null {
  return state?.pid ?? null;
}

function isAbandoned(
  statement: Statement,
  sessions: ReadonlyMap<number, Session>,
  mayMove: boolean,
  connecting: number,
): boolean {
  const pid = pidOf(statement);
  // The beginning of a transaction takes the server no time, once there is a connection.
  if (pid === null) return connecting === 0;
  const session = sessions.get(pid);
  if (session === undefined) return true;
  return !session.active && session.forMs > settledMs && !mayMove;
}
