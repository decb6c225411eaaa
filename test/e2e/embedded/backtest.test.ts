import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/package-root.ts';
import { gptReleased, litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { outturn } from '../../support/program.ts';

let directory: string;
/** Stands for the directory in tables, which are built before it exists. */
const archive = '<archive>';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'outturn-backtest-'));
  const write = (path: string, payload: unknown) => writeFileSync(join(directory, path), JSON.stringify(payload));
  for (const folder of ['litellm', 'models.dev']) mkdirSync(join(directory, folder));
  write('litellm/prices-2025-01-10.json', litellm(oldModels));
  write('litellm/prices-2025-08-07T2000Z.json', litellm([...oldModels, 'gpt-5']));
  write('litellm/prices-2025-08-12.json', litellm([...oldModels, 'gpt-5']));
  write('models.dev/api-2025-01-10.json', modelsDev(oldModels));
  write('models.dev/api-2025-08-07T2100Z.json', modelsDev({ 'gpt-5': '2025-08-07' }));
  const dated = { ...Object.fromEntries(oldModels.map((id) => [id, {}])), 'gpt-5': '2025-08-07' };
  write('models.dev/api-2025-08-08.json', modelsDev(dated));
  write('models.dev/api-2025-08-13.json', modelsDev(dated));
  const entry = { outcome: 'yes', effective_at: '2025-08-07', source: 'this test', criterion: gptReleased('5') };
  write('truth.json', { format: 'outturn-truth/1', entries: [{ slug: 'gpt-5', made_at: '2024-12-01', ...entry }] });
  write('claims.json', { format: 'outturn-seed/1', sources: [], predictors: [], predictions: [] });
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('a backtest from the command line', () => {
  it('reports what would have been resolved when, how accurate that was, and what a feed contributed', async () => {
    const { code, output } = await outturn([
      ...['backtest', directory, '--archives-only', '--without', 'models-dev', '--json'],
      ...['--truth', join(directory, 'truth.json'), '--predictions', join(directory, 'claims.json')],
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(output)).toMatchObject({
      payloads: expect.arrayContaining([expect.objectContaining({ feed: 'models-dev', result: 'suspect' })]),
      left_out: [{ name: 'claims.json' }, { name: 'truth.json' }],
      predictions: [
        {
          slug: 'gpt-5',
          outcome: 'yes',
          proposed_at: '2025-08-07T20:00:00Z',
          known_at: '2025-08-14T00:00:00Z',
          evidence: [{ feed: 'models-dev' }, { feed: 'litellm', observed_at: '2025-08-07T20:00:00Z' }],
          truth: { outcome: 'yes', effective_at: '2025-08-07' },
          judgement: 'right',
        },
      ],
      score: { claims: 1, right: 1, wrong: 0, worst_days_late: expect.any(Number) },
      by_policy: { default: { right: 1 } },
      by_feed: { litellm: { right: 1 }, 'models-dev': { right: 1 } },
      worth: { without: ['models-dev'], changed: [{ slug: 'gpt-5', without: 'open' }] },
    });
  }, 120_000);

  it.each([
    [['backtest'], 2, 'needs a directory'],
    [['backtest', '/no/such/directory'], 1, 'is not a directory'],
    [['backtest', archive, '--policy', 'lenient'], 1, 'default, three-origins, first-party'],
    [['backtest', archive, '--without', 'nothing'], 1, 'has no payload of the feed nothing'],
    [['backtest', archive, '--truth', 'package.json'], 1, 'outturn-truth/1'],
    [['backtest', packageRoot()], 1, 'no payload to replay'],
    [['backtest', packageRoot(), '--unknown'], 2, 'backtest has no option --unknown'],
  ])('%j ends with %d', async (args, wanted, said) => {
    const { code, output } = await outturn(args.map((arg) => (arg === archive ? directory : arg)));
    expect({ code, output }).toMatchObject({ code: wanted, output: expect.stringContaining(said) });
  });
});
