import { createHash } from 'node:crypto';
import { inject } from 'vitest';
import { ballotText } from '../../src/domain/cases/ballot.ts';
import type { PanelRules } from '../../src/domain/cases/panel-rules.ts';
import { createApiKey, rotateApiKey } from '../../src/services/access/api-keys.ts';
import { createCase } from '../../src/services/cases/cases.ts';
import { advanceCases } from '../../src/services/cases/clock.ts';
import { createCaseEvidence } from '../../src/services/cases/evidence.ts';
import { createPanel } from '../../src/services/cases/panels.ts';
import { createCaseCommitment, createCaseReveal } from '../../src/services/cases/reveals.ts';
import { createCaseInterest, createCaseVote } from '../../src/services/cases/votes.ts';
import { placeEvents } from '../../src/services/events/event-log.ts';
import { createIdentityAddition } from '../../src/services/identity/curation.ts';
import { withCurrentIdentity } from '../../src/services/identity/identity.ts';
import { createWatch } from '../../src/services/model-watches/model-watches.ts';
import { refreshModels } from '../../src/services/models/states.ts';
import { replacePredictionCriterion } from '../../src/services/predictions/criterion-versions.ts';
import { updatePrediction } from '../../src/services/predictions/edits.ts';
import { createPredictionErratum } from '../../src/services/predictions/errata.ts';
import { createPredictor, updatePredictor } from '../../src/services/predictions/predictors.ts';
import { createSource, updateSource } from '../../src/services/predictions/sources.ts';
import { withdrawPrediction } from '../../src/services/predictions/withdrawals.ts';
import { createPredictionForecast } from '../../src/services/scores/forecasts.ts';
import { resolveDue } from '../../src/services/settling/resolver.ts';
import { exportRecords } from '../../src/services/transfer/export.ts';
import { importRecord } from '../../src/services/transfer/import.ts';
import { sendDue } from '../../src/services/webhooks/sender.ts';
import { type Database, openDatabase } from '../../src/store/db.ts';
import { migrate } from '../../src/store/migrate.ts';
import { insertStartingEvidence } from '../../src/store/starting-evidence.ts';
import { prices } from './end-history.ts';
import { claims, makeHistory } from './history.ts';
import { gptReleased, litellm, oldModels } from './listings.ts';
import { hours, read, record } from './play.ts';
import type { Receiver } from './receiver.ts';
import { claim, decide, subscribe } from './webhooks.ts';
import type { World } from './world.ts';

/**
 * Fills a world with data of every kind: feeds read with and without failures, claims settled either way, subscribers,
 * keys, curators.
 */
export async function fillRecord(world: World, receiver: Receiver): Promise<void> {
  receiver.answer((response) => response.writeHead(500).end('not "now"\n'), 200);
  await subscribe(world, receiver.origin, {
    headers: { authorization: 'Bearer of the receiver' },
    eventTypes: undefined,
  });
  for (const { slug, criterion, evidencePolicy } of claims)
    await record(world, slug, criterion, { madeAt: '2024-12-20', evidencePolicy });
  for (const { slug, at, payload } of makeHistory(1, 14)) {
    world.clock.advance(at - world.clock.now());
    await read(world, slug, payload);
  }
  await resolveDue(world.deps);
  for (const ends of ['2027-01-01', '2027-02-01']) {
    world.clock.advance(hours(30));
    await read(world, 'litellm', { ...litellm(oldModels), ...prices({ 'gpt-5': { ends } }) });
  }
  await refreshModels(world.deps);
  const source = await createSource(world.deps, {
    title: 'An article',
    url: null,
    language: 'de',
    author: null,
    publishedAt: '2025-01',
  });
  const predictor = await createPredictor(world.deps, { name: 'Someone', url: null });
  await updateSource(world.deps, source.id, { title: 'Ein Artikel "é"', author: null }, null);
  await updatePredictor(world.deps, predictor.id, { url: 'https://example.com' }, null);
  const judged = await claim(world, {
    sourceId: source.id,
    predictorId: predictor.id,
    slug: 'judged',
    tags: ['weather', 'deux mots, "é"'],
  });
  await createPredictionForecast(world.deps, judged.id, { probability: 0.1 + 0.2 });
  await decide(world, judged.id, 'yes');
  await decide(world, judged.id, 'no');
  const known = { locator: 'Seite 3', paraphrase: 'Es sei "wahrscheinlich" é.', stance: 'for' } as const;
  await insertStartingEvidence(world.db.sql, judged.id, [{ url: null, ...known }], world.deps.now());
  await createPredictionErratum(world.deps, judged.id, { text: 'Seite 12, nicht 11.', reason: 'Tippfehler "é"' });
  await record(world, 'edited', gptReleased('7'));
  await updatePrediction(world.deps, 'edited', { statement: 'Zeile\n"zwei" – 模型 🦉 \\u0041' }, null);
  await replacePredictionCriterion(world.deps, 'edited', { criterion: gptReleased('8'), reason: 'A slip.' }, null);
  await record(world, 'withdrawn', gptReleased('9'));
  await withdrawPrediction(world.deps, 'withdrawn', null);
  const key = await createApiKey(world.deps, { name: 'A key', scopes: ['read', 'write'], expiresAt: null }, 'admin');
  await rotateApiKey(world.deps, key.row.id, 1000, 'admin');
  await createWatch(world.deps, 'shop', { ids: ['gpt-5', 'azure/gpt-4', 'ein "模型"'], noticeDays: [45, 3] });
  await curate(world);
  await judge(world);
  await reveal(world);
  await sendDue(world.deps);
  await placeEvents(world.deps);
  await fillByHand(world);
}

async function curate(world: World): Promise<void> {
  const deps = await withCurrentIdentity(world.deps);
  const entry = { kind: 'alias', id: 'gpt-next', reason: 'codename' } as const;
  const input = { entry, supersedes: null, reason: 'A name of the house.', sourceUrl: null };
  await createIdentityAddition(deps, input, { decidedBy: 'admin', expected: deps.identity.version });
}

const rulesOfOne: PanelRules = {
  members: [{ keyId: 'admin', name: 'Jürgen "é"', predictorId: null }],
  quorum: 1,
  threshold: { part: 2, whole: 3 },
  rounds: 2,
  voteDays: 1,
  reviewDays: 0,
  allowInterested: true,
  fallBack: 'ambiguous',
  voteMode: 'sealed',
  revealDays: 2,
  adviser: 'modèle',
};

/** A panel of one decides a case. */
async function judge(world: World): Promise<void> {
  const caller = { id: 'admin', name: 'admin', scopes: ['admin'] } as const;
  await createPanel(world.deps, { name: 'one', rules: rulesOfOne }, caller.id);
  await record(world, 'to-judge', { op: 'judged', question: 'Gab es GPT-5 – "intern"?' });
  const { row } = await createCase(world.deps, { prediction: 'to-judge', panel: 'one' }, caller);
  const copy = { mediaType: 'text/html', content: '<p>é 模 🦉</p>' } as const;
  await createCaseEvidence(world.deps, row.id, { url: null, quote: 'Ja.', stance: 'for', copy, fetch: true }, caller);
  const page = { url: 'https://example.com/é', quote: 'Nein.', stance: 'against', copy: null, fetch: true } as const;
  await createCaseEvidence(world.deps, row.id, page, caller);
  await createCaseInterest(world.deps, row.id, 'Ein Interesse', caller);
  const ballot = { vote: 'ambiguous', reason: 'Unklar "é"', evidence: [], effectiveAt: null, notBefore: null } as const;
  await createCaseVote(world.deps, row.id, { ballot, round: null }, caller);
  world.clock.advance(24 * 3_600_000);
  await advanceCases(world.deps);
}

/** A judge reveals a vote that the server did not have before the close. */
async function reveal(world: World): Promise<void> {
  const caller = { id: 'admin', name: 'admin', scopes: ['admin'] } as const;
  const salt = 'Salz "é"';
  const ballot = { vote: 'annulled', reason: 'Falsch', evidence: [], effectiveAt: null, notBefore: null } as const;
  await createPanel(world.deps, { name: 'held', rules: { ...rulesOfOne, voteMode: 'committed' } }, caller.id);
  await record(world, 'to-reveal', { op: 'judged', question: 'Gab es GPT-6?' });
  const { row } = await createCase(world.deps, { prediction: 'to-reveal', panel: 'held' }, caller);
  const commitment = createHash('sha256').update(ballotText(ballot, salt)).digest('hex');
  await createCaseCommitment(world.deps, row.id, { commitment, round: null }, caller);
  world.clock.advance(24 * 3_600_000);
  await advanceCases(world.deps);
  await createCaseReveal(world.deps, row.id, { ballot, salt }, caller);
  await advanceCases(world.deps);
}

/** Inserts rows that services rarely create, and values that are easily altered in transfer. */
async function fillByHand({ db, deps }: World): Promise<void> {
  await db.sql`insert into unread_names (vendor, name, recorded_at) values ('openai', 'gpt-6-"é"', '2025-01-01')`;
  await db.sql`
    insert into model_suspensions (vendor, slug, event, gone_at, known_at, recorded_at, is_news)
    values ('anthropic', 'claude-5-fable', 'suspended', '2025-01-01', '2025-01-02', '2025-01-02 00:00:00.000001+00', true)`;
  await db.sql`insert into settings (name, value) values ('tab	and "quote"', ${'\\ \n \u2028 é 模 🦉'})`;
  await db.sql`
    insert into audit (id, recorded_at, actor, operation, before, after)
    values ('aud_b', '2025-01-01 00:00:00.000001+00', 'cli', 'x', '{"b": 1.10,  "a":1e2}', '[ null ]'),
      ('aud_B', '0099-12-31 23:59:59.999999+00', 'cli', 'x', '12345678901234567890.123', null), ('aud_é', 'infinity', 'cli', 'x', null, null)`;
  await db.sql`
    insert into disputes (id, prediction_id, resolution_id, verdict, known_at, explanation, created_at)
    select 'dis_1', prediction_id, id, 'no', decided_at, '{"op": "judged", "verdict":"no", "reason": "judged", "text": "é",
      "effective_at": null, "witnesses": [], "watermarks": [], "absence": null, "of": []}', decided_at from resolutions order by seq limit 1`;
  await db.sql`
    insert into events (id, type, occurred_at, body) values ('evt_unplaced', 'feed.recovered', ${new Date(deps.now())}, '{"data":{}}')`;
  await db.sql`
    insert into end_notices (vendor, family, id, scope, host, date_from, day, is_earliest, event_id, noticed_at)
    values ('openai', 'gpt', 'gpt-5', 'vendor', '', '2026-12-10', 90, false, 'evt_unplaced', '2026-09-11 00:00:00.000001+00')`;
  await db.sql`
    insert into settle_queue (prediction_id, evidence_from, evidence_to, marked_at)
    select id, '2025-01-01 00:00:00.000001+00', '2025-01-02', '2025-01-02' from predictions order by seq limit 1`;
  await db.sql`
    update feeds set lease_holder = 'node_b', lease_until = 'infinity', options = '{"b": 1.10, "a": [1e2, "é"]}' where slug = 'litellm'`;
}

/** The export of a database, as text. */
export async function exported(db: Database): Promise<string> {
  const chunks: Uint8Array[] = [];
  await exportRecords({ db }, { program: '0.0.0', write: async (bytes) => void chunks.push(bytes) });
  return Buffer.concat(chunks).toString('utf8');
}

/** Imports text into a database, in chunks that may end within a line or a character. */
export async function imported(
  deps: Parameters<typeof importRecord>[0],
  text: string,
  chunkBytes = 64 * 1024,
): ReturnType<typeof importRecord> {
  const bytes = Buffer.from(text, 'utf8');
  async function* source() {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  }
  return await importRecord(deps, { source: source() });
}

/** A new embedded database in memory, whichever engine the tests run on. */
export async function openEmbeddedCopy(): Promise<Database> {
  const image: string | undefined = inject('embedded')?.migrated;
  const db = await openDatabase({ dataDir: 'memory://', imagePath: image });
  await migrate(db);
  return db;
}
