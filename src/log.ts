import { pino } from 'pino';
import { renderLogLine } from './log-lines.ts';
import type { Log } from './services/deps.ts';

/** Where the log goes. */
export type LogOutput = { readonly isTTY?: boolean | undefined; write(text: string): unknown };

/** Log lines are written together once they have this many bytes, or after this time. */
const logBytesMin = 4096;
const logFlushMs = 100;

/** Lines of JSON, or readable ones on a terminal. They go to standard error; standard output is for results. */
export function makeLog(level: string, output?: LogOutput): Log {
  const target = output ?? process.stderr;
  const options = { level, timestamp: pino.stdTimeFunctions.isoTime };
  if (target.isTTY === true) return pino(options, { write: (line) => target.write(renderLogLine(line)) });
  return pino(
    options,
    output ?? pino.destination({ dest: 2, sync: false, minLength: logBytesMin, periodicFlush: logFlushMs }),
  );
}
