import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readIdentityTable } from '../../../src/domain/identity/table.ts';
import { Refusal } from '../../../src/domain/refusal.ts';
import { daysLeft, type EndAnswer, type KnownEnd, noEnd, statusOf } from '../../../src/domain/scan/end.ts';
import { findStatedEnd, indexEnds } from '../../../src/domain/scan/find-end.ts';
import type { Finding } from '../../../src/domain/scan/find-ids.ts';
import { listFailing, makeReport } from '../../../src/domain/scan/report.ts';
import { listReviewedEnds, readEndsDocument, reviewedOn } from '../../../src/domain/scan/stated-ends.ts';
import { readUsedId } from '../../../src/domain/scan/used-id.ts';
import { packageRoot } from '../../../src/package-root.ts';

const readData = (name: string): unknown => JSON.parse(readFileSync(join(packageRoot(), 'data', name), 'utf8'));
const identity = readIdentityTable(readData('identity.json'));
const shipped = readEndsDocument(readData('ends.json'));

const source = { publisher: 'Acme', url: 'https://example.com/ends', read_on: '2026-11-01' };
const documentOf = (...ends: object[]) =>
  readEndsDocument({ format: 'outturn-ends/1', sources: { page: source }, ends });
const end = (id: string, date: string, more: object = {}) => ({ id, date, kind: 'firm', source: 'page', ...more });

describe('the shipped ends', () => {
  it.each(shipped.ends)('$host $id is read by the identity data', ({ id, successor }) => {
    const { identity: read } = readUsedId(identity, id);
    expect(
      read.outcome === 'model' || (read.outcome === 'none' && ['rolling_alias', 'preset'].includes(read.reason)),
    ).toBe(true);
    if (successor !== undefined) expect(readUsedId(identity, successor).identity.outcome).not.toBe('partial');
  });

  it('name the host as it is read in ids', () => {
    const hosts = [...new Set(shipped.ends.flatMap(({ host }) => host ?? []))];
    expect(hosts.sort()).toEqual(['azure', 'bedrock', 'groq', 'vertex']);
    expect(
      ['azure/gpt-4o', 'anthropic.claude-v2', 'groq/llama-3.1-8b-instant', 'vertex_ai/claude-3-opus'].map(hostOf),
    ).toEqual(hosts);
  });

  it('state the days on which their sources were read', () => {
    expect(reviewedOn(shipped)).toEqual({ from: '2026-07-24', to: '2026-11' });
  });
});

function hostOf(id: string): string | null {
  return readUsedId(identity, id).host;
}

describe('the host of an id', () => {
  it.each<[string, string | null]>([
    ['gpt-5', null],
    ['openai/gpt-5', null],
    ['models/gemini-2.5-flash', null],
    ['openrouter/openai/gpt-5', null],
    ['azure/gpt-5', 'azure'],
    ['azure_ai/gpt-5', 'azure'],
    ['azure_openai:gpt-5', 'azure'],
    ['bedrock/anthropic.claude-v2', 'bedrock'],
    ['bedrock_converse/anthropic.claude-v2', 'bedrock'],
    ['eu.anthropic.claude-3-haiku-20240307-v1:0', 'bedrock'],
    ['arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-3-haiku-20240307-v1:0', 'bedrock'],
    ['zai.glm-4.7', 'bedrock'],
    ['oci/openai.gpt-5', 'oci'],
    ['vertex_ai/gemini-2.5-flash', 'vertex'],
    ['claude-3-5-sonnet@20240620', 'vertex'],
    ['publishers/google/models/gemini-2.5-flash', 'vertex'],
    ['groq/llama-3.1-8b-instant', 'groq'],
  ])('%s: %s', (id, host) => expect(hostOf(id)).toBe(host));
});

describe('a document of ends', () => {
  it.each<[string, object, string]>([
    ['a date that is none', end('gpt-5', '2026-13-01'), '#/ends/0/date'],
    ['a year', end('gpt-5', '2026'), '#/ends/0/date'],
    ['an unknown kind', { ...end('gpt-5', '2026-12-01'), kind: 'sure' }, '#/ends/0/kind'],
    ['an unknown source', { ...end('gpt-5', '2026-12-01'), source: 'other' }, '#/ends/0/source'],
    ['an unknown host', { ...end('gpt-5', '2026-12-01'), host: 'acme' }, '#/ends/0/host'],
    ['an unknown field', { ...end('gpt-5', '2026-12-01'), who: 'me' }, '#/ends/0/who'],
    ['a move to the same date', end('gpt-5', '2026-12-01', { moved_from: ['2026-12-01'] }), '#/ends/0/moved_from'],
  ])('with %s is refused', (_what, row, pointer) => {
    expect(() => documentOf(row)).toThrow(Refusal);
    try {
      documentOf(row);
    } catch (error) {
      expect(error instanceof Refusal && error.errors.map((line) => line.pointer)).toEqual([pointer]);
    }
  });

  it('with two ends of an id at one service is refused', () => {
    expect(() => documentOf(end('gpt-5', '2026-12-01'), end('GPT-5', '2027-01-01'))).toThrow(/1 errors/);
    expect(documentOf(end('gpt-5', '2026-12-01'), end('gpt-5', '2027-01-01', { host: 'azure' })).ends).toHaveLength(2);
  });
});

describe('the end of an id', () => {
  const find = (id: string, rows: object[], known: string[] = []) =>
    findStatedEnd(indexEnds(identity, listReviewedEnds(documentOf(...rows)), known), readUsedId(identity, id)).end
      ?.date ?? null;

  it.each<[string, string, object[], string | null]>([
    ['of the id itself', 'gpt-4-0613', [end('gpt-4-0613', '2026-10-23')], '2026-10-23'],
    ['of another spelling', 'openai/gpt-4-0613', [end('gpt-4-0613', '2026-10-23')], '2026-10-23'],
    ['of an alias by its name only', 'gpt-5-chat-latest', [end('gpt-5-chat-latest', '2026-07-23')], '2026-07-23'],
    ['of the model, for its snapshot', 'o3-mini-2025-01-31', [end('o3-mini', '2026-10-23')], '2026-10-23'],
    ['of its only snapshot', 'gpt-5', [end('gpt-5-2025-08-07', '2026-12-10')], '2026-12-10'],
    [
      'of the newest snapshot, for a rolling alias',
      'claude-3-5-sonnet-latest',
      [end('claude-3-5-sonnet-20240620', '2025-10-01'), end('claude-3-5-sonnet-20241022', '2025-10-28')],
      '2025-10-28',
    ],
    ['but not of a preview', 'gemini-2.5-pro', [end('gemini-2.5-pro-preview-05-06', '2025-12-02')], null],
    ['but not of another tier', 'gpt-5', [end('gpt-5-mini-2025-08-07', '2026-12-10')], null],
    ['but not of another snapshot', 'gpt-4o-2024-08-06', [end('gpt-4o-2024-05-13', '2026-10-23')], null],
    [
      'but not of the vendor, at a host',
      'azure/gpt-5',
      [end('gpt-5', '2026-12-10'), end('o1', '2026-01-01', { host: 'azure' })],
      null,
    ],
    ['but not of a host, at the vendor', 'gpt-5', [end('gpt-5', '2027-02-09', { host: 'azure' })], null],
    [
      'at its host',
      'azure/gpt-5',
      [end('gpt-5', '2026-12-10'), end('gpt-5', '2027-02-09', { host: 'azure' })],
      '2027-02-09',
    ],
    [
      'at Bedrock, in any region',
      'us.anthropic.claude-3-haiku-20240307-v1:0',
      [end('anthropic.claude-3-haiku-20240307-v1:0', '2026-09-10', { host: 'bedrock' })],
      '2026-09-10',
    ],
  ])('%s', (_what, id, rows, date) => expect(find(id, rows)).toBe(date));

  it('is not that of one snapshot if the name can stand for another', () => {
    expect(find('gpt-4o', [end('gpt-4o-2024-05-13', '2026-10-23')], ['gpt-4o-2024-08-06'])).toBeNull();
  });
});

describe('the status', () => {
  const now = Date.UTC(2026, 10, 30, 15);
  const known = (kind: KnownEnd['kind'], date: string | null, hasEnded = false): KnownEnd => ({
    ...{
      id: 'x',
      date,
      kind,
      scope: 'vendor',
      host: null,
      sources: [],
      movedFrom: [],
      hasEnded,
      isContradicted: false,
    },
  });

  it.each<[KnownEnd, string, number | null]>([
    [known('firm', '2026-11-29'), 'ended', -1],
    [known('firm', '2026-11-30'), 'ending', 0],
    [known('planned', '2026-12-01'), 'ending', 1],
    [known('planned', '2026-11'), 'ending', -29],
    [known('planned', '2026-10'), 'ended', -60],
    [known('earliest', '2026-10-16'), 'may_end', -45],
    [known('passed', null), 'ended', null],
    [known('firm', '2027-01-01', true), 'ended', 32],
    [{ ...known('firm', '2026-10-23'), isContradicted: true }, 'ending', -38],
  ])('%j is %s', (stated, status, days) => {
    expect(statusOf(stated, now)).toBe(status);
    expect(daysLeft(stated, now)).toBe(days);
  });

  it('say what an alias stands for, or that no feed states it', () => {
    const ids = ['mistral-large-latest', 'chatgpt-4o-latest'];
    const findings = ids.map((id): Finding => ({ ...readUsedId(identity, id), path: 'a.ts', line: 1 }));
    const alias = {
      standsFor: 'mistral-large-2512',
      model: 'mistral/mistral-3-large',
      feed: 'mistral',
      since: '2025-12-02',
    };
    const answers = new Map<string, EndAnswer>([
      ['mistral-large-latest', { ...noEnd, alias }],
      ['chatgpt-4o-latest', { end: known('firm', '2026-02-17'), successor: null }],
    ]);
    const rows = makeReport(findings, answers, now);
    expect(rows.map(({ id, model, status, problem }) => [id, model, status, problem])).toEqual([
      ['chatgpt-4o-latest', null, 'ended', 'it is a rolling alias, and no feed states what it stands for'],
      ['mistral-large-latest', 'mistral/mistral-3-large', 'no_end', null],
    ]);
  });

  it('orders the ids, the most urgent first, and only stated ends fail', () => {
    const ids = ['a-none', 'gpt-4-0613', 'gpt-5', 'o3', 'gemini-2.5-flash', 'gpt-5-zeta-2'];
    const findings = ids.map((id, line): Finding => ({ ...readUsedId(identity, id), path: 'a.ts', line: line + 1 }));
    const answers = new Map([
      ['gpt-4-0613', { end: known('firm', '2026-10-23'), successor: null }],
      ['gpt-5', { end: known('firm', '2026-12-10'), successor: 'gpt-5.6-sol' }],
      ['o3', { end: known('planned', '2026-12-05'), successor: null }],
      ['gemini-2.5-flash', { end: known('earliest', '2026-11-01'), successor: null }],
      ['gpt-5-zeta-2', noEnd],
    ]);
    const rows = makeReport(findings, answers, now);
    expect(rows.map(({ id, status }) => `${id} ${status}`)).toEqual([
      ...[
        'gpt-4-0613 ended',
        'o3 ending',
        'gpt-5 ending',
        'gemini-2.5-flash may_end',
        'a-none unknown',
        'gpt-5-zeta-2 unknown',
      ],
    ]);
    expect(listFailing(rows, 5).map(({ id }) => id)).toEqual(['gpt-4-0613', 'o3']);
    expect(listFailing(rows, 0).map(({ id }) => id)).toEqual(['gpt-4-0613']);
  });
});
