import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../../src/package-root.ts';
import { ask, dayFromNow, openPriceServer, type PriceServer, pollPrices } from '../../support/price-server.ts';
import { type Program, removeDirectory } from '../../support/program.ts';
import { openReceiver, type Receiver } from '../../support/receiver.ts';

const guide = readFileSync(join(packageRoot(), 'docs/lifecycle.md'), 'utf8');
const id = 'gpt-5-2025-08-07';
const later = 'gpt-4.1-2025-04-14';
const listed = (days: number) => ({ [id]: { ends: dayFromNow(days) }, [later]: { ends: dayFromNow(80) }, o3: {} });

let server: PriceServer;
let receiver: Receiver;
let program: Program;

beforeAll(async () => {
  server = await openPriceServer();
  receiver = await openReceiver();
  server.serve(listed(60));
  program = await server.start();
  await pollPrices(program);
});

afterAll(async () => {
  await program.stop('SIGKILL');
  await receiver.close();
  await server.close();
  removeDirectory(program.dataDir);
});

/** The first block below a heading of the guide. */
function block(heading: string): string {
  const found = /```\w+\n([\s\S]*?)^```$/m.exec(guide.slice(guide.indexOf(`\n${heading}\n`)))?.[1];
  if (found === undefined) throw new Error(`docs/lifecycle.md has no block below ${heading}`);
  return found;
}

/** The indented commands of the guide. */
function commands(): string[] {
  return (guide.match(/^ {4}curl .*(?:\n {4,}.+)*/gm) ?? []).map((text) => text.replace(/^ {4}/gm, ''));
}

/** Runs a block in a shell, not in this process, which answers as Slack meanwhile. */
async function run(script: string): Promise<string> {
  const env = {
    PATH: process.env.PATH,
    OUTTURN_URL: program.base,
    OUTTURN_KEY: program.adminKey,
    SLACK_WEBHOOK_URL: `${receiver.origin}/slack`,
  };
  return (await promisify(execFile)('sh', ['-c', script], { env })).stdout;
}

test('the commands of the guide are accepted', async () => {
  expect(commands()).toHaveLength(3);
  const answers = [];
  for (const command of commands()) answers.push(JSON.parse(await run(command.replace(/^curl/, 'curl -fsS'))));
  expect(answers).toMatchObject([
    { next_cursor: null },
    { name: 'checkout-service', owner: 'payments', ids: [{ id, status: 'ending' }, {}, {}] },
    { from_end: { vendor: 'openai', id } },
  ]);
});

test('Slack receives what happens to the ends of a watch, in the body that it takes', async () => {
  await ask(program, 'PUT /v1/watches/checkout-service', { ids: [id, later] });
  const endpoint = JSON.parse(await run(block('### Slack')));
  expect(endpoint).toMatchObject({ format: 'slack', status: 'enabled' });
  server.serve(listed(20));
  await pollPrices(program);
  const moved = `The end of ${id} moved from ${dayFromNow(60)} to ${dayFromNow(20)}.`;
  const arrived = () => receiver.at('/slack').find(({ body }) => body.includes(moved));
  for (let count = 1; arrived() === undefined; count += 1) await receiver.arrived(count);
  expect(Object.keys(JSON.parse(arrived()?.body ?? ''))).toEqual(['text']);
  expect(arrived()?.headers['webhook-signature']).toBeUndefined();
}, 120_000);

test('the alert of Prometheus selects the ids of watches that end within 30 days', async () => {
  const [rule] = parse(block('### Prometheus')).groups[0].rules;
  const [, name, bound] = /^(\w+) < (\d+)$/.exec(rule.expr) ?? [];
  const text = await (await ask(program, 'GET /metrics')).text();
  const series = [...text.matchAll(/^(\w+)\{watch="([^"]+)",id="([^"]+)"\} (-?\d+)$/gm)];
  const firing = series.filter(([, metric, , , days]) => metric === name && Number(days) < Number(bound));
  expect(firing.map(([, , watch, used]) => [watch, used])).toEqual([['checkout-service', id]]);
  expect(series).toHaveLength(2);
  const labels = [...rule.annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label);
  expect(labels).toEqual(['id', 'watch']);
});
