import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { type EventType, pingType } from '../../domain/events/event.ts';
import { instantText } from '../operation/fields.ts';
import { predictionExample, resolutionExample } from '../predictions/examples.ts';
import { outcomes } from '../predictions/json.ts';
import { deliveryExample, endpointExample, resolvedExample } from './examples.ts';

type Registry = OpenAPIHono['openAPIRegistry'];

/** One message as the document shows it: `data` besides the sequence number. */
type Message = {
  readonly summary: string;
  readonly description: string;
  readonly data: z.ZodRawShape;
  readonly example: object;
};

const linksSchema = z.object({
  prediction: z
    .string()
    .meta({ description: 'A path of this service, or its address where OUTTURN_PUBLIC_URL is set.' }),
  explanation: z.string().meta({ description: 'Why it stands as it does.' }),
});

const predictionSchema = z
  .object({ id: z.string(), slug: z.string(), statement: z.string(), links: linksSchema })
  .meta({ id: 'MessagePrediction', description: 'The prediction; a long statement is cut.' });

const createdPredictionSchema = z
  .object({
    ...predictionSchema.shape,
    made_at: z.string().meta({ description: 'When it was made, as exact as it is known.' }),
    recorded_at: instantText('When it was recorded here.'),
  })
  .meta({ id: 'MessageNewPrediction', description: 'The prediction; a long statement is cut.' });

const resolutionSchema = z
  .object({
    id: z.string(),
    outcome: z.enum(outcomes),
    effective_at: z.string().meta({ description: 'What in the world settled it: a date, an instant, or start/end.' }),
    known_at: instantText('From when on its evidence sufficed.'),
    decided_at: instantText('When it was decided.'),
    decided_by: z.string(),
    reason_code: z.string(),
    reason: z.string().meta({ description: 'Why, for people; a long one is cut.' }),
    evidence: z.array(z.string()).meta({ description: 'Observations, 20 at most.' }),
    evidence_count: z.int().meta({ description: 'How many there are.' }),
    supersedes: z.string().nullable().meta({ description: 'The resolution that stood before.' }),
  })
  .meta({ id: 'MessageResolution', description: 'What it came to.' });

const leaningSchema = z
  .object({
    outcome: z.enum(['yes', 'no']).nullable().meta({ description: 'Where the evidence points.' }),
    reason: z.string(),
    text: z.string().meta({ description: 'What is missing, for people.' }),
  })
  .meta({ id: 'MessageLeaning', description: 'Evidence that points somewhere and does not settle it.' });

const feedSchema = z.object({ id: z.string(), slug: z.string() }).meta({ id: 'MessageFeed', description: 'The feed.' });

const modelSchema = z
  .object({
    id: z.string(),
    vendor: z.string(),
    slug: z.string(),
    family: z.string(),
    version: z.string().nullable(),
    tier: z.string().nullable(),
  })
  .meta({ id: 'MessageModel', description: 'The model, by what its name means.' });

const releaseSchema = z
  .object({
    occurred: z.string().meta({ description: 'When: a date, an instant, or start/end.' }),
    basis: z.string().nullable().meta({ description: 'What dates it.' }),
    stage: z.string().nullable(),
    known_at: instantText('From when on its evidence sufficed.'),
  })
  .meta({ id: 'MessageRelease', description: 'How it came out.' });

const criterionSchema = z
  .object({
    version: z.int(),
    hash: z.string(),
    text: z.string().meta({ description: 'In plain words; a long one is cut.' }),
  })
  .meta({ id: 'MessageCriterion', description: 'What settles it.' });

const endpointReferenceSchema = z
  .object({ id: z.string(), links: z.object({ endpoint: z.string() }) })
  .meta({ id: 'MessageEndpoint', description: 'The endpoint.' });

const reasonField = z.string().meta({ description: 'Why, for people.' });
const { prediction, resolution } = resolvedExample.data;
const leaning = { outcome: 'no', reason: 'short', text: 'gpt-5 is listed by one feed only.' };
const feed = { id: 'feed_01jf3mw4q7r8s9t0u1v2w3x4y5', slug: 'models-dev' };

/** Total: a new type of event does not compile before it is described here. */
const messages: { readonly [Type in EventType | typeof pingType]: Message } = {
  'prediction.created': {
    summary: 'A prediction was recorded',
    description: 'Sent once for each prediction.',
    data: { prediction: createdPredictionSchema },
    example: {
      prediction: { ...prediction, made_at: predictionExample.made_at, recorded_at: predictionExample.recorded_at },
    },
  },
  'prediction.criterion.replaced': {
    summary: 'A criterion was corrected',
    description: 'What settles the prediction was replaced by a new version, for a reason; both are in it.',
    data: {
      prediction: predictionSchema,
      criterion: criterionSchema.extend({ reason: reasonField }),
      superseded: criterionSchema,
    },
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
    summary: 'Evidence points somewhere',
    description: 'Evidence leans towards an outcome but does not suffice; a person may decide.',
    data: { prediction: predictionSchema, leaning: leaningSchema },
    example: { prediction, leaning },
  },
  'prediction.disputed': {
    summary: 'Evidence contradicts',
    description: 'Evidence contradicts itself, or what was resolved; that stands until a person decides.',
    data: { prediction: predictionSchema, leaning: leaningSchema, resolution: resolutionSchema.optional() },
    example: { prediction, leaning, resolution },
  },
  'prediction.resolved': {
    summary: 'A prediction was resolved',
    description: 'Yes, no or ambiguous. Of each resolution exactly one of resolved, annulled and amended is sent.',
    data: { prediction: predictionSchema, resolution: resolutionSchema },
    example: { prediction, resolution },
  },
  'prediction.annulled': {
    summary: 'A prediction was annulled',
    description: 'The claim was defective; it counts for nobody.',
    data: { prediction: predictionSchema, resolution: resolutionSchema },
    example: { prediction, resolution: { ...resolution, outcome: 'annulled', reason_code: 'criterion_defective' } },
  },
  'prediction.resolution.amended': {
    summary: 'A resolution was amended',
    description: 'A later resolution took the place of one: both are in it, and the outcome may be the same.',
    data: { prediction: predictionSchema, resolution: resolutionSchema, superseded: resolutionSchema },
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
    description: 'Sent the first time that evidence of a model suffices.',
    data: {
      model: modelSchema,
      release: releaseSchema,
      links: z.object({
        model: z
          .string()
          .meta({ description: 'A path of this service, or its address where OUTTURN_PUBLIC_URL is set.' }),
      }),
    },
    example: {
      model: { id: 'openai/gpt-5', vendor: 'openai', slug: 'gpt-5', family: 'gpt', version: '5', tier: null },
      release: { occurred: '2025-08-07', basis: 'stated', stage: 'general', known_at: '2025-08-08T00:00:00Z' },
      links: { model: '/v1/models/openai/gpt-5' },
    },
  },
  'feed.unhealthy': {
    summary: 'A feed is not to be relied on',
    description: 'It could not be read several times in a row, or what it listed was not believed.',
    data: { feed: feedSchema, reason: reasonField },
    example: { feed, reason: 'the listing lost 41 % of its items' },
  },
  'feed.recovered': {
    summary: 'A feed is to be relied on again',
    description: 'It was read and believed again.',
    data: { feed: feedSchema, reason: reasonField },
    example: { feed, reason: 'it was read again' },
  },
  'endpoint.disabled': {
    summary: 'A webhook endpoint was disabled',
    description: 'By 410 Gone, or after days without any success. What happens meanwhile is held for it.',
    data: {
      endpoint: endpointReferenceSchema,
      reason: z.enum(['gone', 'failing']),
      failing_since: instantText('The first failure since the last success.').nullable(),
    },
    example: {
      endpoint: { id: endpointExample.id, links: { endpoint: `/v1/webhook-endpoints/${endpointExample.id}` } },
      reason: 'gone',
      failing_since: null,
    },
  },
  [pingType]: {
    summary: 'A test',
    description: 'Sent to one endpoint when somebody asks for it.',
    data: { endpoint: z.object({ id: z.string() }) },
    example: { endpoint: { id: endpointExample.id } },
  },
};

const headersSchema = z.object({
  'webhook-id': z.string().meta({
    description: 'The id of the event, the same at every attempt: what to be idempotent by.',
    example: deliveryExample.event.id,
  }),
  'webhook-timestamp': z.string().meta({ description: 'Seconds since 1970, of this attempt.', example: '1754611204' }),
  'webhook-signature': z.string().meta({
    description: 'One signature for each secret that signs, by spaces: `v1,…` or `v1a,…` over `id.timestamp.body`.',
    example: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  }),
});

function pascalCase(type: string): string {
  return type.replaceAll(/(?:^|[._])([a-z])/g, (_found, letter: string) => letter.toUpperCase());
}

/** The messages that subscribers are sent, as the section `webhooks` of the document. */
export function registerWebhooks(registry: Registry): void {
  for (const [type, message] of Object.entries(messages)) {
    const name = pascalCase(type);
    const schema = z
      .object({
        type: z.literal(type),
        timestamp: instantText('When it occurred.'),
        data: z.object({
          sequence: z.int().meta({ description: 'Its place in the order of events; they may arrive in another.' }),
          ...message.data,
        }),
      })
      .meta({ id: `${name}Message`, description: message.description });
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
        '2XX': { description: 'Taken.' },
        default: { description: 'Tried again, but for 410 Gone: that disables the endpoint at once.' },
      },
    });
  }
}
