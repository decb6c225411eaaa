import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Program, removeDirectory, startProgram } from '../../support/program.ts';
import { openReceiver, type Receiver, verified } from '../../support/receiver.ts';

let receiver: Receiver;
let program: Program;

beforeAll(async () => {
  receiver = await openReceiver();
  program = await startProgram({ OUTTURN_FEEDS: 'none', OUTTURN_SEED: 'none', OUTTURN_ALLOW_CIDRS: '127.0.0.0/8' });
});

afterAll(async () => {
  await program.stop('SIGKILL');
  await receiver.close();
  removeDirectory(program.dataDir);
});

async function post(path: string, body: object): Promise<Record<string, string>> {
  const headers = { authorization: `Bearer ${program.adminKey}`, 'content-type': 'application/json' };
  const answer = await fetch(`${program.base}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  expect([path, answer.status]).toEqual([path, 201]);
  return (await answer.json()) as Record<string, string>; // an API answer is an object
}

test('the program delivers resolutions by a person to a subscriber, over a restart, and stores its secret readable by its owner only', async () => {
  const { secret = '' } = await post('/v1/webhook-endpoints', {
    url: `${receiver.origin}/hook`,
    event_types: ['prediction.resolved'],
  });
  const decision = { outcome: 'yes', effective_at: '2025-01-02', reason_code: 'judged', reason: 'It did.' };
  const claim = { statement: 'It rains.', made_at: '2025-01-01', criterion: { op: 'judged', question: 'Did it?' } };
  await post('/v1/predictions', { ...claim, slug: 'rain' });
  await post('/v1/predictions/rain/resolutions', decision);
  await receiver.arrived(1);
  expect(verified(secret, receiver.received[0])).toMatchObject({ data: { resolution: { outcome: 'yes' } } });
  expect(statSync(join(program.dataDir, 'secret')).mode & 0o777).toBe(0o600);
  expect(await program.stop()).toBe(0);
  program = await startProgram(
    { OUTTURN_FEEDS: 'none', OUTTURN_SEED: 'none', OUTTURN_ALLOW_CIDRS: '127.0.0.0/8' },
    program.dataDir,
  );
  await post('/v1/predictions', { ...claim, slug: 'more-rain' });
  await post('/v1/predictions/more-rain/resolutions', decision);
  await receiver.arrived(2);
  expect(verified(secret, receiver.received[1])).toMatchObject({ data: { prediction: { slug: 'more-rain' } } });
});
