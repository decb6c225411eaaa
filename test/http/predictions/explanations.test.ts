import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluatorVersion } from '../../../src/domain/evaluation/evaluate.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { createArchive, gpt5Ledger, recordClaim } from '../../support/claims.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

describe('GET /v1/predictions/{id}/explanation', () => {
  test('mirrors the criterion with verdict, reason and witnesses, now and as of the past', async () => {
    await createArchive(world, 'archive');
    const made = await recordClaim(world, { slug: 'explained' });
    await world.admin('POST /v1/feeds/archive/snapshots?observed_at=2025-09-01T00:00:00Z', { body: gpt5Ledger });
    const now = await world.anyone(`GET /v1/predictions/${made.id}/explanation`);
    expect(now.status).toBe(200);
    expect(now.json).toMatchObject({
      prediction: { id: made.id, slug: 'explained' },
      verdict: 'no',
      effective_at: '2025-08-07',
      trust: 'first_party',
      evaluator: evaluatorVersion,
      identity: expect.any(String),
      as_of: null,
      explanation: {
        op: 'not',
        verdict: 'no',
        of: [{ op: 'released', verdict: 'yes', reason: 'released_in_window', of: [] }],
      },
    });
    expect(now.json.explanation.of[0].witnesses).toMatchObject([
      { observation_id: now.json.evidence[0], feed: 'archive', name: 'gpt-5' },
    ]);
    const past = await world.anyone('GET /v1/predictions/explained/explanation?as_of=2025-08-07T00:00:00Z');
    expect(past.json).toMatchObject({ verdict: 'undetermined', evidence: [], as_of: { at: '2025-08-07T00:00:00Z' } });
  });

  test('rejects an unknown prediction and the future', async () => {
    expect((await world.anyone('GET /v1/predictions/nothing/explanation')).json).toMatchObject({
      status: 404,
      code: 'not_found',
    });
    const later = await world.anyone('GET /v1/predictions/explained/explanation?as_of=2027-01-01');
    expect(later.json).toMatchObject({ status: 422, errors: [{ pointer: '#/as_of' }] });
  });
});
