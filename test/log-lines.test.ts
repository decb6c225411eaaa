import { describe, expect, it } from 'vitest';
import { makeLog } from '../src/log.ts';
import { renderLogLine } from '../src/log-lines.ts';

function logged(isTTY: boolean): string {
  let text = '';
  const log = makeLog('warn', { isTTY, write: (line) => (text += line) });
  log.info({}, 'not shown');
  log.warn({ feed: 'models-dev', detail: 'no answer', polls: 2 }, 'poll failed');
  return text;
}

describe('the log', () => {
  it('is readable on a terminal', () => {
    expect(logged(true)).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} WARN {2}poll failed {2}feed=models-dev detail="no answer" polls=2\n$/,
    );
  });

  it('is a line of JSON elsewhere', () => {
    expect(JSON.parse(logged(false))).toMatchObject({ level: 40, feed: 'models-dev', msg: 'poll failed' });
  });

  it.each([
    [
      '{"level":30,"time":"2026-01-02T03:04:05.678Z","pid":1,"hostname":"a","msg":"stopping"}',
      '03:04:05.678 INFO  stopping\n',
    ],
    [
      '{"level":50,"time":"2026-01-02T03:04:05.678Z","error":"Error: x\\n    at y","msg":"failed"}',
      '03:04:05.678 ERROR failed  error=Error: x\n    at y\n',
    ],
    [
      '{"level":40,"time":"2026-01-02T03:04:05.678Z","name":"a\\u001b[2J","msg":"odd\\rname"}',
      '03:04:05.678 WARN  odd?name  name=a?[2J\n',
    ],
    ['no JSON\n', 'no JSON\n'],
  ])('%s is shown as a line', (line, shown) => {
    expect(renderLogLine(line)).toBe(shown);
  });
});
