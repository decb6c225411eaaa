import { afterAll, expect, it } from 'vitest';
import { removeDirectory, startProgram } from '../../support/program.ts';
import { openSse } from '../../support/sse.ts';

const directories: string[] = [];
afterAll(() => directories.forEach(removeDirectory));

it('stops gracefully on SIGTERM: /readyz fails first, fifty open streams end complete, and the exit code is 0', async () => {
  const program = await startProgram({ OUTTURN_FEEDS: 'none', OUTTURN_SEED: 'none' });
  directories.push(program.dataDir);
  const readers = await Promise.all(Array.from({ length: 50 }, () => openSse(program.base, '/v1/events/stream')));
  expect(new Set(readers.map(({ status }) => status))).toEqual(new Set([200]));
  expect((await fetch(`${program.base}/readyz`)).status).toBe(200);
  const stopped = program.stop('SIGTERM');
  const seen: number[] = [];
  // Until the port is closed; the last answer before that must be 503.
  for (let open = true; open && seen.at(-1) !== 503; ) {
    const answer = await fetch(`${program.base}/readyz`).catch(() => null);
    open = answer !== null;
    if (answer !== null) seen.push(answer.status);
  }
  expect(seen.at(-1)).toBe(503);
  expect(await Promise.all(readers.map((reader) => reader.next()))).toEqual(readers.map(() => null));
  expect(await stopped).toBe(0);
});
