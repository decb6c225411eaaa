import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sentence } from '../../../src/http/pages/sentence.tsx';
import type { ApiWorld } from '../../support/api-world.ts';
import { hostileName, hostileStatements } from '../../support/hostile.ts';
import type { Json } from '../../support/http-client.ts';
import { openPageWorld } from '../../support/page-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openPageWorld();
});
afterAll(() => world?.close());

async function read(path: string): Promise<string> {
  const answer = await world.anyone(`GET ${path}`);
  expect([path, answer.status]).toEqual([path, 200]);
  return answer.text;
}

const sections = (html: string): string[] => [...html.matchAll(/<h2 id="([^"]+)"/g)].map((match) => match[1] ?? '');

describe('the page of a prediction', () => {
  test('shows the words, the verdict and why', async () => {
    const html = await read('/predictions/gpt-5-never-released');
    const { json } = await world.anyone('GET /v1/predictions/gpt-5-never-released');
    expect(html).toContain(`<h1 class="claim"><bdi dir="auto">${json.statement}</bdi></h1>`);
    expect(html).toContain('It did not come true.');
    expect(html).toContain(json.criterion_text);
    expect(html).toContain('section VI');
    expect(sections(html)).toEqual(['criterion', 'why', 'timeline', 'as-of', 'history', 'share']);
  });

  test('names models and feeds in reasons as other pages do, with their ids as titles', async () => {
    for (const path of ['/predictions/gpt-5-never-released', '/embed/gpt-5-never-released', '/?q=never-released']) {
      const html = await read(path);
      expect(html).toContain('<span title="openai/gpt-5">OpenAI gpt-5</span> was released');
      const shown = html.replace(/.*<main/s, '').replaceAll(/<code>.*?<\/code>|<[^>]*>/gs, '');
      expect(shown).not.toMatch(/openai\/|openai-sdk/);
    }
    const html = await read('/predictions/gpt-5-never-released');
    expect(html).toContain('dated by <span title="ledger">Outturn ledger</span>');
    expect(html).toContain('<a href="../feeds/ledger" title="ledger">Outturn ledger</a>');
  });

  test('names vendors in reasons, and leaves what is no id as it is', () => {
    const html = String(
      Sentence({ children: "no feed's coverage of openai was measured; openai/g… and x/openai remain" }),
    );
    expect(html.replaceAll(/<[^>]*>/g, '')).toContain('coverage of OpenAI was measured; openai/g… and x/openai remain');
  });

  test('quotes the reason of a person as it was written', async () => {
    const json = {
      ...{ slug: 'quoted', statement: 'A model is good.', made_at: '2026-01' },
      criterion: { op: 'judged', question: 'Is it?' },
    };
    expect((await world.admin('POST /v1/predictions', { json })).status).toBe(201);
    const reason = 'I tried openai/gpt-5 on 2026-01-02.';
    const decision = { outcome: 'yes', effective_at: '2026-01-02', reason_code: 'judged', reason };
    expect((await world.admin('POST /v1/predictions/quoted/resolutions', { json: decision })).status).toBe(201);
    for (const path of ['/predictions/quoted', '/?q=quoted', '/embed/quoted'])
      expect(await read(path)).toContain(reason);
  });

  test('quotes the question of a judged criterion as it was written', async () => {
    const criterion = { op: 'judged', question: 'Is openai/gpt-5 what litellm says?' };
    const json = { slug: 'asked', statement: 'It is so.', made_at: '2026-01', criterion };
    expect((await world.admin('POST /v1/predictions', { json })).status).toBe(201);
    expect(await read('/predictions/asked')).toContain(
      'Only a person can answer this: Is openai/gpt-5 what litellm says?',
    );
  });

  test('separates the day from the reason in a list', async () => {
    const text = (await read('/?q=never-released')).replaceAll(/<[^>]*>/g, '');
    expect(text).toContain('2025: No, because what it denies is true.');
  });

  test('links every witness of the proof to its observation', async () => {
    const html = await read('/predictions/gpt-5-never-released');
    const { json } = await world.anyone('GET /v1/predictions/gpt-5-never-released');
    const linked = new Set([...html.matchAll(/href="\.\.\/observations\/([^"]+)"/g)].map((match) => match[1]));
    expect([...linked].sort()).toEqual([...json.resolution.evidence].sort());
    for (const id of linked) expect((await world.anyone(`GET /v1/observations/${id}`)).status).toBe(200);
  });

  test('has the step of every node of the criterion', async () => {
    const html = await read('/predictions/o4-before-gpt-5');
    const { json } = await world.anyone('GET /v1/predictions/o4-before-gpt-5/explanation');
    const nodes = (node: Json): number => 1 + node.of.reduce((sum: number, child: Json) => sum + nodes(child), 0);
    expect(html.match(/<li class="step">/g)).toHaveLength(nodes(json.explanation));
  });

  test('shows how far an open prediction has been checked', async () => {
    const html = await read('/predictions/o5-arrives');
    expect(html).toContain('It is not settled yet.');
    expect(html).toContain('Where it stands');
    expect(html).toContain('How far');
  });

  test('leads from a former slug for ever, and from the id for now', async () => {
    const former = await world.anyone('GET /predictions/eventful-before?as_of=2026-11-21&x=1');
    expect(former.status).toBe(200);
    const now = await world.anyone('GET /predictions/eventful-before');
    expect([now.status, now.headers.location]).toEqual([301, '../predictions/eventful']);
    const { json } = await world.anyone('GET /v1/predictions/eventful');
    const byId = await world.anyone(`GET /predictions/${json.id}`);
    expect([byId.status, byId.headers.location]).toEqual([302, '../predictions/eventful']);
  });

  test('shows the past as it was known then', async () => {
    const path = '/predictions/gpt-5-never-released?as_of=2025-03-01';
    const answer = await world.anyone(`GET ${path}`);
    expect(answer.headers['cache-control']).toBe('public, max-age=60');
    expect(answer.text).toContain('As it was known at the end of');
    expect(answer.text).toContain('It is not settled yet.');
    expect(answer.text).toContain('<meta name="robots" content="noindex"/>');
    expect(sections(answer.text)).not.toContain('history');
    expect(answer.text).not.toContain('The outcome:');
    expect(await read('/predictions/gpt-5-never-released')).toContain('The outcome:');
    const future = await world.anyone('GET /predictions/gpt-5-never-released?as_of=2030-01-01', {
      headers: { accept: 'text/html' },
    });
    expect([future.status, future.text.includes('as_of')]).toEqual([400, true]);
  });

  test('shows decisions, corrections, errata, edits and forecasts', async () => {
    const html = await read('/predictions/eventful');
    for (const words of [
      ...['by a person', 'correcting an earlier resolution', 'It was hail.', 'It is on page 12.', 'A misprint.'],
      ...['Corrected to', '<del>', 'weather', '90 %', 'https://example.com/forecast'],
    ])
      expect(html).toContain(words);
  });

  test('shows a withdrawn prediction without a proof', async () => {
    const html = await read('/predictions/taken-back');
    expect(html).toContain('It was taken back.');
    expect(sections(html)).not.toContain('why');
  });

  test('names its other representations, and they answer', async () => {
    const html = await read('/predictions/eventful');
    expect(html).toContain(`<link rel="canonical" href="${world.base}/predictions/eventful"/>`);
    const alternates = [...html.matchAll(/<link rel="alternate" type="([^"]+)"[^>]* href="\.\.([^"]+)"/g)];
    expect(alternates.map((match) => match[1])).toEqual(['application/json', 'application/atom+xml', 'text/calendar']);
    for (const [, type = '', path] of alternates)
      expect((await world.anyone(`GET ${path}`)).headers['content-type']).toContain(type);
  });
});

describe('recorded text cannot leave its place', () => {
  test.each(Object.keys(hostileStatements))('%s', async (name) => {
    const html = await read(`/predictions/hostile-${name}`);
    expect(html).not.toMatch(
      /<script(?! type="module" src="[./]+assets\/pages\.js)|<img(?! src="\.\.\/badges\/)|<b>|<svg onload|href="javascript:/i,
    );
    expect(html).not.toContain(hostileName);
    // Every bidirectional control is inside an isolated element.
    for (const part of html.split(/<bdi dir="auto">.*?<\/bdi>|<title>.*?<\/title>|<code>.*?<\/code>|="[^"]*"/gs))
      expect(part).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  });

  test('an address that is not of the web is text and no link', async () => {
    const html = await read('/predictions/hostile-markup');
    expect(html).not.toContain('javascript:');
  });
});

test('the board shows the beginning of a long statement and the mark of each prediction', async () => {
  const html = await read('/?q=hostile-');
  expect(html.match(/<article class="prediction">/g)).toHaveLength(Object.keys(hostileStatements).length);
  expect(html).not.toMatch(/<script(?! type="module" src="[./]+assets\/pages\.js)|<img|<b>|<svg onload/i);
});
