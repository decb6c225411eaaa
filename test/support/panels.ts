import { createHash, randomBytes } from 'node:crypto';
import { canonicalJson } from '../../src/domain/canonical-json.ts';
import { advanceCases } from '../../src/services/cases/clock.ts';
import type { ApiWorld } from './api-world.ts';
import { recordClaim } from './claims.ts';
import { type Answer, type Client, type Json, makeClient } from './http-client.ts';

/** A judge: a key that may write, and a client that sends it. */
export type Judge = { readonly id: string; readonly name: string; readonly client: Client };

export async function makeJudge(world: ApiWorld, name: string, scopes: readonly string[] = ['write']): Promise<Judge> {
  const { json } = await world.admin('POST /v1/api-keys', { json: { name, scopes } });
  return { id: json.id, name, client: makeClient(world.base, { authorization: `Bearer ${json.key}` }) };
}

export async function makeJudges(world: ApiWorld, count: number): Promise<Judge[]> {
  const judges: Judge[] = [];
  for (const letter of 'abcdefghij'.slice(0, count))
    judges.push(await makeJudge(world, `Judge ${letter.toUpperCase()}`));
  return judges;
}

/** A claim that only people can settle. */
export const distilled = { op: 'judged', question: 'Was GPT-4o distilled from GPT-5?' };

export async function recordJudged(world: ApiWorld, fields: object = {}): Promise<Json> {
  return await recordClaim(world, {
    slug: 'distilled',
    statement: 'GPT-4o was distilled from GPT-5.',
    criterion: distilled,
    ...fields,
  });
}

/** Creates a panel of judges: two of three must agree, unless `fields` say otherwise. */
export async function createPanel(world: ApiWorld, judges: readonly Judge[], fields: object = {}): Promise<Json> {
  const members = judges.map(({ id, name }) => ({ key_id: id, name }));
  const answer = await world.admin('POST /v1/panels', { json: { name: 'judges', members, quorum: 2, ...fields } });
  if (answer.status !== 201) throw new Error(`creating a panel was refused: ${answer.text}`);
  return answer.json;
}

export async function openCase(world: ApiWorld, prediction = 'distilled', panel = 'judges'): Promise<Json> {
  const answer = await world.admin('POST /v1/cases', { json: { prediction, panel } });
  if (answer.status !== 201) throw new Error(`opening a case was refused: ${answer.text}`);
  return answer.json;
}

/** Casts a vote; one for yes or no is dated 2025-05-13 unless `fields` say otherwise. */
export async function cast(judge: Judge, caseId: string, vote: string, fields: object = {}): Promise<Answer> {
  const dated = vote === 'yes' || vote === 'no' ? { effective_at: '2025-05-13' } : {};
  const json = { vote, reason: `${judge.name} says ${vote}.`, ...dated, ...fields };
  return await judge.client(`POST /v1/cases/${caseId}/votes`, { json });
}

/** A vote that its judge holds: the answer to the commitment, and how to reveal it. */
export type HeldVote = {
  readonly commitment: string;
  readonly answer: Answer;
  /** What is to be revealed. */
  readonly ballot: object;
  /** `fields` replace members of the vote. */
  readonly reveal: (fields?: object) => Promise<Answer>;
};

/** Commits to a vote, with the text that the guide describes. */
export async function commit(judge: Judge, caseId: string, vote: string, fields: object = {}): Promise<HeldVote> {
  const { client, name } = judge;
  const dated = vote === 'yes' || vote === 'no' ? { effective_at: '2025-05-13' } : {};
  const salt = randomBytes(16).toString('base64url');
  const given = { vote, reason: `${name} says ${vote}.`, ...dated, ...fields, salt };
  const text = canonicalJson({ evidence: [], effective_at: null, not_before: null, ...given });
  const commitment = createHash('sha256').update(text).digest('hex');
  return {
    commitment,
    answer: await client(`POST /v1/cases/${caseId}/commitments`, { json: { commitment } }),
    ballot: given,
    reveal: (changed = {}) => client(`POST /v1/cases/${caseId}/reveals`, { json: { ...given, ...changed } }),
  };
}

/** A case whose first round is closed: a vote, an interest, an item with a copy, and a second round. */
export async function makeJudgedCase(world: ApiWorld): Promise<{ id: string; panel: string; item: string }> {
  const judges = await makeJudges(world, 3);
  const [a, b] = judges as [Judge, Judge, Judge];
  await recordJudged(world);
  const panel = await createPanel(world, judges);
  const { id } = await openCase(world);
  const copy = { media_type: 'text/plain', content: 'It was.' };
  const json = { url: 'https://example.com', quote: 'It was.', stance: 'for', copy };
  const item = await a.client(`POST /v1/cases/${id}/evidence`, { json });
  await cast(a, id, 'yes', { evidence: [item.json.id] });
  await b.client(`POST /v1/cases/${id}/interests`, { json: { interest: 'I hold shares.' } });
  world.clock.advance(7 * 24 * 3_600_000);
  await advanceCases(world.deps);
  return { id, panel: panel.id, item: item.json.id };
}
