import fc from 'fast-check';
import { scopes } from '../../src/domain/access/api-key.ts';
import { buildOpenApi } from '../../src/http/openapi/document.ts';
import { operations } from '../../src/http/operations.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';
import { createArchive, gpt5Ledger, recordClaim } from './claims.ts';
import { type FuzzWorld, fuzzSettings, tryOne } from './fuzz.ts';
import { makeClient } from './http-client.ts';

/** Sends requests one after the other and fails at the first response that does not conform to the document. */
export async function fuzz(runsDefault: number): Promise<void> {
  const { runs, seed } = fuzzSettings(runsDefault);
  const api = await openApiWorld();
  console.log(`fuzz: ${runs} requests by the seed ${seed}`);
  try {
    const world = await furnish(api);
    let count = 0;
    const property = fc.asyncProperty(fc.gen(), async (draw) => {
      count += 1;
      const fault = await tryOne(draw, world);
      if (fault !== null)
        throw new Error(`request ${count}; again by OUTTURN_FUZZ_SEED=${seed} OUTTURN_FUZZ_RUNS=${runs}\n${fault}`);
    });
    // The service has state: the whole sequence caused the failure, so shrinking a single request would be misleading.
    await fc.assert(property, { numRuns: runs, seed, endOnFailure: true });
  } finally {
    await api.close();
  }
}

/** Creates at least one of each resource, and a key for each scope. */
export async function furnish(api: ApiWorld): Promise<FuzzWorld> {
  await createArchive(api, 'archive');
  const claim = await recordClaim(api, { slug: 'fuzzed' });
  await recordClaim(api, { slug: 'fuzzed-too' });
  await api.admin('POST /v1/feeds/archive/snapshots?observed_at=2025-09-01T00:00:00Z', { body: gpt5Ledger });
  const made = async (target: string, json: object): Promise<{ id: string; key: string }> =>
    (await api.admin(target, { json })).json;
  const source = await made('POST /v1/sources', { title: 'An essay' });
  const predictor = await made('POST /v1/predictors', { name: 'Somebody' });
  const hook = await made('POST /v1/webhook-endpoints', { url: 'https://hooks.example.com/' });
  const watch = await made('POST /v1/watches', { name: 'fuzzed', ids: ['gpt-5'] });
  const ping = await made(`POST /v1/webhook-endpoints/${hook.id}/test`, {});
  const keys = await Promise.all(scopes.map((scope) => made('POST /v1/api-keys', { name: scope, scopes: [scope] })));
  const firstOf = async (path: string): Promise<string> => (await api.anyone(`GET ${path}?limit=1`)).json.data[0].id;
  const observation = await firstOf('/v1/observations');
  const resolution = await firstOf('/v1/resolutions');
  // Requests may revoke this key, so it is none of the keys with which requests are sent.
  const spare = await made('POST /v1/api-keys', { name: 'spare', scopes: ['read'] });
  const members = [{ key_id: 'admin' }];
  const rules = { name: 'fuzzed', members, quorum: 1, vote_days: 1, allow_interested: true };
  const panel = await made('POST /v1/panels', rules);
  await recordClaim(api, { slug: 'fuzzed-judged', criterion: { op: 'judged', question: 'Is it?' } });
  const judged = await made('POST /v1/cases', { prediction: 'fuzzed-judged', panel: 'fuzzed' });
  const copy = { media_type: 'text/plain', content: 'It is.' };
  const item = await made(`POST /v1/cases/${judged.id}/evidence`, { quote: 'It is.', stance: 'for', copy });
  return {
    document: JSON.parse(JSON.stringify(buildOpenApi(operations, { version: '0.0.0', publicUrl: null }))),
    ask: makeClient(api.base, {}),
    keys: [...Array(6).fill(api.adminKey), ...keys.map(({ key }) => key)].map((key) => `Bearer ${key}`),
    ids: {
      predictions: [claim.id, 'fuzzed-too'],
      feeds: ['archive'],
      observations: [observation],
      resolutions: [resolution],
      sources: [source.id],
      predictors: [predictor.id],
      watches: [watch.id, 'fuzzed'],
      'webhook-endpoints': [hook.id],
      'webhook-deliveries': [ping.id],
      'api-keys': [spare.id],
      panels: [panel.id, 'fuzzed'],
      cases: [judged.id],
      item: [item.id],
      vendor: ['openai'],
      slug: ['gpt-5'],
      tag: ['predictions'],
    },
  };
}
