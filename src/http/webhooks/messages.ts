import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { eventTypes, pingType } from '../../domain/events/event.ts';
import { type EventData, eventSchemas } from '../../domain/events/event-data.ts';
import { feedLinks } from '../../domain/events/event-fields.ts';
import { watchExample } from '../model-watches/examples.ts';
import { instantText } from '../operation/fields.ts';
import { predictionExample, resolutionExample } from '../predictions/examples.ts';
import { caseMessages } from './case-messages.ts';
import { deliveryExample, endpointExample, resolvedExample } from './examples.ts';
import { ending, suspended } from './model-examples.ts';

type Registry = OpenAPIHono['openAPIRegistry'];

/** A message in the document. The example excludes the sequence number. */
type Message<Type extends keyof EventData> = {
  readonly summary: string;
  readonly description: string;
  readonly example: EventData[Type];
};

const { prediction, resolution } = resolvedExample.data;
const leaning = { outcome: 'no' as const, reason: 'below_policy', text: 'gpt-5 is listed by one feed only.' };
const feed = { id: 'feed_01jf3mw4q7r8s9t0u1v2w3x4y5', slug: 'models-dev' };

/** The type is total, so a new event type does not compile until it is described here. */
const messages: { readonly [Type in keyof EventData]: Message<Type> } = {
  'prediction.created': {
    summary: 'A prediction was recorded',
    description: 'Sent once for each prediction.',
    example: {
      prediction: { ...prediction, made_at: predictionExample.made_at, recorded_at: predictionExample.recorded_at },
    },
  },
  'prediction.edited': {
    summary: 'A prediction was edited',
    description:
      'Sent once for each edit that changes something, with the changed fields. Filters match the fields after the edit.',
    example: { prediction, changes: [{ field: 'tags', before: [], after: predictionExample.tags }] },
  },
  'prediction.erratum_added': {
    summary: 'An erratum was added',
    description: 'A correction was appended to a prediction without changing its words.',
    example: {
      prediction,
      erratum: {
        id: 'err_01k2a1b2c3d4e5f6g7h8j9k0m1',
        text: 'The claim is on page 12, not 11.',
        reason: 'The second edition moved the section.',
        recorded_at: '2025-09-01T00:00:00Z',
      },
    },
  },
  'prediction.withdrawn': {
    summary: 'A prediction was withdrawn',
    description: 'Sent once. The prediction stays readable and is never resolved.',
    example: { prediction, withdrawn_at: '2025-02-01T08:00:00Z' },
  },
  'prediction.criterion.replaced': {
    summary: 'A criterion was replaced',
    description: 'The criterion of a prediction was replaced by a new version. Contains both versions.',
    example: {
      prediction,
      criterion: {
        version: 2,
        hash: predictionExample.criterion_hash,
        text: predictionExample.criterion_text,
        reason: 'A tier was meant.',
      },
      superseded: { version: 1, hash: predictionExample.criterion_hash, text: predictionExample.criterion_text },
    },
  },
  'prediction.proposed': {
    summary: 'A prediction needs a decision',
    description: 'Evidence points to an outcome but is not sufficient. A person can decide.',
    example: { prediction, leaning },
  },
  'prediction.disputed': {
    summary: 'A prediction is disputed',
    description:
      'The evidence is contradictory or contradicts the resolution. The resolution remains in effect until a person decides.',
    example: { prediction, leaning, resolution },
  },
  'prediction.resolved': {
    summary: 'A prediction was resolved',
    description:
      'The outcome is yes, no or ambiguous. Each resolution sends exactly one of resolved, annulled and amended.',
    example: { prediction, resolution },
  },
  'prediction.annulled': {
    summary: 'A prediction was annulled',
    description: 'The claim was defective and is not scored.',
    example: { prediction, resolution: { ...resolution, outcome: 'annulled', reason_code: 'criterion_defective' } },
  },
  'prediction.resolution.amended': {
    summary: 'A resolution was amended',
    description: 'A resolution was superseded by a later one. Contains both; the outcome may be the same.',
    example: {
      prediction,
      resolution: {
        ...resolution,
        id: 'res_01k2a0000h9m3t5b7n8c2d0fa',
        outcome: 'yes',
        supersedes: resolutionExample.id,
      },
      superseded: resolution,
    },
  },
  'model.released': {
    summary: 'A model was released',
    description: 'Sent once, when the evidence for the release of a model first suffices.',
    example: {
      model: { id: 'openai/gpt-5', vendor: 'openai', slug: 'gpt-5', family: 'gpt', version: '5', tier: null },
      release: { occurred: '2025-08-07', basis: 'stated', stage: 'general', known_at: '2025-08-08T00:00:00Z' },
      links: { model: '/v1/models/openai/gpt-5', page: '/models/openai/gpt-5' },
    },
  },
  'model.end_moved': {
    summary: 'The date of an end changed',
    description:
      'Another date stands for the end of an id, or no source states a date any more. Sent once for each change.',
    example: {
      ...ending,
      moved_from: {
        date: '2026-11-30',
        date_precision: 'day',
        kind: 'planned',
        feed: 'openai',
        until: '2026-06-11T00:15:00Z',
        because: 'moved',
      },
    },
  },
  'model.ended': {
    summary: 'An id has ended',
    description:
      "The vendor's own evidence shows that an id of a model no longer works. Sent once. The model may go on under other ids.",
    example: { ...ending, evidence: ['obs_01k2a0000h9m3t5b7n8c2d0fb'] },
  },
  'model.ending': {
    summary: 'A model ends soon',
    description:
      'Sent once for each stated end, date and notice day, and again when the date moves. An `earliest` date sends one notice. Endpoints that filter by watch receive it on the notice days of the watch, others on the default days. If a watch gets new ids, one message (`first_sight`) lists everything that is due already; an endpoint that begins to filter by a watch receives such a message too.',
    example: {
      first_sight: false,
      ...ending,
      notice_day: 90,
      watches: [watchExample.id],
    },
  },
  'model.successor_released': {
    summary: 'The successor of an ending model was released',
    description:
      'The release of the model was established that a source recommends instead of an id that ends. Sent once for each id and service.',
    example: {
      ...ending,
      successor: { ...ending.model, id: 'openai/gpt-5.6-sol', slug: 'gpt-5.6-sol', version: '5.6', tier: 'sol' },
    },
  },
  'model.suspended': {
    summary: 'A model was suspended',
    description:
      'The publisher withdrew the model temporarily. Sent once: as soon as the publisher calls the model suspended or, if it never does, when it lists the withdrawn model as active again.',
    example: suspended,
  },
  'model.reinstated': {
    summary: 'A suspended model is available again',
    description: 'Sent once, when its publisher lists a suspended or withdrawn model as active again.',
    example: suspended,
  },
  'name.unrecognised': {
    summary: 'A name was not recognised',
    description:
      'Sent once for each name that a vendor lists and that the identity data cannot read in full. Until a curator defines it, no prediction that it may match is resolved `no` by absence. No message is sent for names in the first read of a feed.',
    example: {
      vendor: 'google',
      name: 'gemini-4-argon',
      reading: { family: 'gemini', version: '4', tiers: [], unknown: ['argon'] },
      feed,
      observation: {
        id: resolution.evidence[0] ?? 'obs_01k2a0000h9m3t5b7n8c2d0fb',
        item_key: 'google/gemini-4-argon',
        observed_at: '2025-08-08T00:00:00Z',
      },
      predictions: { count: 1, ids: [prediction.id] },
      further_names: 0,
      links: {
        unrecognised: '/v1/observations/unrecognised?reason=unrecognised',
        page: '/observations/obs_01k2a0000h9m3t5b7n8c2d0fa',
        check: '/v1/identity/additions/check',
      },
    },
  },
  'feed.unhealthy': {
    summary: 'A feed is unhealthy',
    description: 'Several polls in a row failed or were suspect.',
    example: {
      feed,
      reason: 'no payload was accepted in 3 expected polls: the listing lost 41 % of its items',
      advanced_at: '2025-08-07T12:00:00Z',
      links: feedLinks(feed.slug),
    },
  },
  'feed.recovered': {
    summary: 'A feed has recovered',
    description: 'A poll was accepted again.',
    example: {
      feed,
      reason: 'it is read again',
      unhealthy_since: '2025-08-08T00:00:00Z',
      links: feedLinks(feed.slug),
    },
  },
  'endpoint.disabled': {
    summary: 'A webhook endpoint was disabled',
    description: 'The endpoint returned 410 Gone, or no delivery succeeded for five days. Its events are held.',
    example: {
      endpoint: { id: endpointExample.id, links: { endpoint: `/v1/webhook-endpoints/${endpointExample.id}` } },
      reason: 'gone',
      failing_since: null,
    },
  },
  ...caseMessages(prediction),
  [pingType]: {
    summary: 'A test message',
    description: 'Sent to one endpoint on request.',
    example: { endpoint: { id: endpointExample.id } },
  },
};

const headersSchema = z.object({
  'webhook-id': z.string().meta({
    description: 'Id of the event, the same for every attempt. Use it to ignore duplicates.',
    example: deliveryExample.event.id,
  }),
  'webhook-timestamp': z
    .string()
    .meta({ description: 'Unix time of this attempt, in seconds.', example: '1754611204' }),
  'webhook-signature': z.string().meta({
    description: 'Space-separated signatures, one for each active secret: `v1,…` or `v1a,…` over `id.timestamp.body`.',
    example: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  }),
});

function pascalCase(type: string): string {
  return type.replaceAll(/(?:^|[._])([a-z])/g, (_found, letter: string) => letter.toUpperCase());
}

/** Adds the messages to the section `webhooks` of the document. */
export function registerWebhooks(registry: Registry): void {
  registry.registerComponent('responses', 'MessageReceived', { description: 'Received.' });
  registry.registerComponent('responses', 'MessageNotReceived', {
    description: 'The message is sent again later. 410 Gone disables the endpoint immediately.',
  });
  for (const type of [...eventTypes, pingType] as const) {
    const message = messages[type];
    const name = pascalCase(type);
    const schema = z
      .object({
        type: z.literal(type),
        timestamp: instantText('When the event occurred.'),
        data: z.object({
          sequence: z.int().meta({ description: 'Sequence number of the event; messages can arrive out of order.' }),
          ...eventSchemas[type].shape,
        }),
      })
      .meta({ id: `${name}Message` });
    const example = { type, timestamp: resolvedExample.timestamp, data: { sequence: 4711, ...message.example } };
    registry.registerWebhook({
      method: 'post',
      path: type,
      operationId: `on${name}`,
      tags: ['Webhooks'],
      summary: message.summary,
      description: message.description,
      security: [],
      request: {
        headers: headersSchema,
        body: { required: true, content: { 'application/json': { schema, example } } },
      },
      responses: {
        '2XX': { $ref: '#/components/responses/MessageReceived' },
        default: { $ref: '#/components/responses/MessageNotReceived' },
      },
    });
  }
}
