import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EndState } from '../../../src/domain/ends/end.ts';
import { caseData } from '../../../src/domain/events/case-event.ts';
import { endedEventData, endMovedEventData, successorEventData } from '../../../src/domain/events/end-event.ts';
import { endingEventData, firstSightData } from '../../../src/domain/events/ending-event.ts';
import { type EventType, eventTypes } from '../../../src/domain/events/event.ts';
import { type EventFacts, leaningData, predictionData } from '../../../src/domain/events/event-data.ts';
import { feedLinks } from '../../../src/domain/events/event-fields.ts';
import { modelLinks, suspensionEventData } from '../../../src/domain/events/model-event.ts';
import { unreadNameData } from '../../../src/domain/events/name-event.ts';
import type { PartialName } from '../../../src/domain/identity/model-id.ts';
import { recordEvent } from '../../../src/services/events/outbox.ts';
import type { ApiWorld } from '../../support/api-world.ts';
import { recordClaim } from '../../support/claims.ts';
import type { Json } from '../../support/http-client.ts';
import { addressOf } from '../../support/page-addresses.ts';
import { openPageWorld } from '../../support/page-world.ts';

/** Every type of event leads to a page, through the event log as subscribers receive it. */

let world: ApiWorld;
beforeAll(async () => {
  world = await openPageWorld();
});
afterAll(() => world?.close());

/** Types about something that has no page. */
const withoutPage: readonly EventType[] = ['endpoint.disabled'];

const o3 = { vendor: 'openai', slug: 'o3', family: 'o', version: '3', tier: null };
const alias = { ...o3, slug: null };
const gpt5 = { vendor: 'openai', slug: 'gpt-5', family: 'gpt', version: '5', tier: null };

/** The types that the world has not recorded by itself, made as the service makes them. */
async function eventsOfOtherTypes(): Promise<EventFacts[]> {
  const now = world.deps.now();
  const at = new Date(now).toISOString();
  const idIn = async (path: string) => (await addressOf(world, path)).split('/').at(-1) ?? '';
  const observation = { id: await idIn('/observations/{observation}'), itemKey: 'openai/gpt-5', observedAt: now };
  const read = await world.anyone('GET /v1/predictions/eventful');
  const prediction = predictionData(read.json);
  const judged = caseData({
    id: await idIn('/cases/{case}'),
    round: 1,
    panel: { id: 'p', name: 'Judges', version: 1 },
  });
  const leaning = leaningData({ outcome: 'no', reason: 'evidence_conflict', text: 'Two feeds differ.' });
  const criterion = { version: 1, hash: 'h', text: 'It rains.' };
  const end: EndState = {
    ...{ id: 'gpt-5', scope: 'vendor', host: null, knownFrom: now, model: gpt5, kind: 'firm', date: null },
    ...{ statedSince: now, appeared: true, endedAt: now, evidence: [], suspended: false, contradicted: null },
    ...{ sources: [], movedFrom: [], successor: { id: 'gpt-5', model: gpt5, feed: 'ledger', observationId: 'o' } },
  };
  const change = { type: 'ended' as const, before: null, after: end, knownAt: now };
  const successor = successorEventData(change, now);
  if (successor === null) throw new Error('the end has a successor');
  const suspended = suspensionEventData(gpt5, 'gpt-5', {
    ...{ since: { from: now, to: now }, until: null, witnesses: [], knownAt: now },
  });
  const feed = { id: 'feed_1', slug: 'ledger' };
  const partial: PartialName = {
    ...{ outcome: 'partial', reason: 'unrecognised', name: 'gpt-9-x', vendor: 'openai', family: 'gpt', version: '9' },
    ...{ tiers: [], unknown: ['x'], own: true, host: 'openai' },
  };
  const model = { id: 'openai/gpt-5', ...gpt5 };
  const release = { occurred: '2025-08-07', basis: 'stated', stage: 'general', known_at: at };
  return [
    { type: 'prediction.proposed', data: { prediction, leaning } },
    { type: 'prediction.disputed', data: { prediction, leaning } },
    {
      type: 'prediction.criterion.replaced',
      data: { prediction, criterion: { ...criterion, reason: 'Too wide.' }, superseded: criterion },
    },
    { type: 'model.released', data: { model, release, links: modelLinks('openai', 'gpt-5') } },
    { type: 'model.end_moved', data: endMovedEventData(change, now) },
    { type: 'model.ended', data: endedEventData(change, now) },
    { type: 'model.ending', data: firstSightData([end], { watchId: 'watch_1', at: now }) },
    { type: 'model.ending', data: firstSightData([end, { ...end, model: o3 }], { watchId: 'watch_1', at: now }) },
    { type: 'model.ended', data: endedEventData({ ...change, after: { ...end, model: alias } }, now) },
    { type: 'model.ending', data: endingEventData(end, { day: 30, watches: [], at: now }) },
    { type: 'model.successor_released', data: successor },
    { type: 'model.suspended', data: suspended },
    { type: 'model.reinstated', data: suspended },
    {
      type: 'name.unrecognised',
      data: unreadNameData({
        ...{ name: 'gpt-9-x', partial, feed, observation, predictions: [], furtherNames: 0 },
      }),
    },
    { type: 'feed.unhealthy', data: { feed, reason: 'It failed.', advanced_at: null, links: feedLinks('ledger') } },
    {
      type: 'feed.recovered',
      data: { feed, reason: 'It is read.', unhealthy_since: null, links: feedLinks('ledger') },
    },
    { type: 'case.appealed', data: { prediction, case: judged, reason: 'Read it again.', closes_at: at } },
    {
      type: 'case.decided',
      data: {
        ...{ prediction, case: judged, outcome: 'no', basis: 'votes', effective_at: '2025-08-07', review_ends_at: at },
      },
    },
    {
      type: 'case.round_closed',
      data: {
        ...{ prediction, case: judged, result: 'split', closes_at: null, resumes_at: null },
        votes: { yes: 1, no: 1, ambiguous: 0, annulled: 0, too_early: 0 },
      },
    },
  ];
}

async function pagesByType(): Promise<Map<string, Set<string>>> {
  const pages = new Map<string, Set<string>>();
  for (let path: string | null = '/v1/events?limit=200'; path !== null; ) {
    const { json } = await world.anyone(`GET ${path}`);
    for (const event of json.data) {
      const found = JSON.stringify(event).match(/(?<="page":")[^"]+/g) ?? [];
      pages.set(event.type, new Set([...(pages.get(event.type) ?? []), ...found]));
    }
    path = json.next_cursor === null ? null : `/v1/events?limit=200&cursor=${encodeURIComponent(json.next_cursor)}`;
  }
  return pages;
}

test('every type of event has a link to a page, and every such link answers with one', async () => {
  const facts = await eventsOfOtherTypes();
  await recordClaim(world, { slug: 'defective', criterion: { op: 'judged', question: 'Did it rain?' } });
  const annulment = {
    outcome: 'annulled',
    effective_at: '2026-11-20',
    reason_code: 'criterion_defective',
    reason: 'Where?',
  };
  await world.admin('POST /v1/predictions/defective/resolutions', { json: annulment });
  for (const event of facts) await recordEvent(world.db.sql, world.deps, { ...event, occurredAt: world.deps.now() });
  const { json } = await world.anyone('GET /v1/events?type=model.ending,model.ended&limit=200');
  expect(json.data.map((event: Json) => typeof event.data.links.page)).toEqual(json.data.map(() => 'string'));
  const pages = await pagesByType();
  const without = eventTypes.filter((type) => (pages.get(type)?.size ?? 0) === 0);
  expect(without).toEqual(withoutPage);
  for (const path of new Set([...pages.values()].flatMap((paths) => [...paths]))) {
    // A former slug leads to the page by a redirect.
    const answer = await fetch(`${world.base}${path}`, { headers: { accept: '*/*' } });
    const { status, headers } = answer;
    expect([path, status, headers.get('content-type')]).toEqual([path, 200, 'text/html; charset=utf-8']);
  }
  expect([...(pages.get('case.opened') ?? [])].join()).toContain('/cases/');
});
