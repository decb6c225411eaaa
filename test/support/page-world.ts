import { createSource } from '../../src/services/predictions/sources.ts';
import { type ApiWorld, type ApiWorldStart, openApiWorld } from './api-world.ts';
import { recordClaim } from './claims.ts';
import { createPredictor } from './forecasts.ts';
import { hostileName, hostileStatements, hostileTitle } from './hostile.ts';
import type { Json } from './http-client.ts';
import { startAsNew } from './new-service.ts';
import { recordForecasts } from './page-forecasts.ts';
import { cast, createPanel, makeJudges, openCase, recordJudged } from './panels.ts';

/**
 * A world whose pages have something to show: a new service after its first polls, predictions with everything that can
 * happen to them, and texts that were recorded to break a page.
 */
export async function openPageWorld(start: ApiWorldStart = {}): Promise<ApiWorld> {
  const world = await openApiWorld({ now: '2026-11-22T12:00:00Z', ...start });
  await startAsNew(world);
  await recordHostile(world);
  await recordEventful(world);
  await recordForecasts(world);
  await recordCase(world);
  await createPredictor(world, 'Nobody yet');
  await world.admin('POST /v1/sources', { json: { title: 'A source without claims' } });
  return world;
}

async function post(world: ApiWorld, path: string, json: object): Promise<Json> {
  const answer = await world.admin(`POST ${path}`, { json });
  if (answer.status >= 300) throw new Error(`POST ${path} was refused: ${answer.text}`);
  return answer.json;
}

/** A claim before a panel, in whose open round one of three judges has voted. */
async function recordCase(world: ApiWorld): Promise<void> {
  const judges = await makeJudges(world, 3);
  await recordJudged(world);
  await createPanel(world, judges);
  const { id } = await openCase(world);
  for (const judge of judges.slice(0, 1)) {
    const json = { url: 'https://example.com/interview', quote: hostileTitle, stance: 'for' };
    await judge.client(`POST /v1/cases/${id}/evidence`, { json });
    await cast(judge, id, 'yes');
  }
}

async function recordHostile(world: ApiWorld): Promise<void> {
  const predictor = await post(world, '/v1/predictors', { name: hostileName });
  // The API refuses such an address. An import may contain it.
  const url = 'javascript:alert(6)';
  const source = await createSource(world.deps, {
    title: hostileTitle,
    url,
    language: null,
    author: hostileName,
    publishedAt: null,
  });
  for (const [name, statement] of Object.entries(hostileStatements))
    await recordClaim(world, {
      slug: `hostile-${name}`,
      statement,
      fine_print: statement,
      locator: hostileName,
      predictor_id: predictor.id,
      source_id: source.id,
      tags: ['a/b+c', 'x:y'],
      criterion: { op: 'judged', question: statement },
    });
}

/** A prediction that was edited, forecast, decided, corrected and given an erratum, and one that was withdrawn. */
async function recordEventful(world: ApiWorld): Promise<void> {
  const predictor = await post(world, '/v1/predictors', { name: 'Ada Example', url: 'https://example.com/ada' });
  const source = await post(world, '/v1/sources', { title: 'A forecast', url: 'https://example.com/forecast' });
  const criterion = { op: 'judged', question: 'Did it rain?', by: '2026-12-31' };
  await recordClaim(world, {
    slug: 'eventful-before',
    predictor_id: predictor.id,
    source_id: source.id,
    criterion,
    probability: 0.7,
  });
  await world.admin('PATCH /v1/predictions/eventful-before', { json: { slug: 'eventful', tags: ['weather'] } });
  await post(world, '/v1/predictions/eventful/forecasts', { probability: 0.9 });
  const decision = { effective_at: '2026-11-20', reason_code: 'evidence_reviewed', reason: 'It rained.' };
  await post(world, '/v1/predictions/eventful/resolutions', { ...decision, outcome: 'yes' });
  await post(world, '/v1/predictions/eventful/resolutions', { ...decision, outcome: 'no', reason: 'It was hail.' });
  await post(world, '/v1/predictions/eventful/errata', { text: 'It is on page 12.', reason: 'A misprint.' });
  await recordClaim(world, { slug: 'taken-back', made_at: '2026-11-01', criterion });
  await world.admin('DELETE /v1/predictions/taken-back');
}
