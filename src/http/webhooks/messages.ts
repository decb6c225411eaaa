import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { type EventType, pingType } from '../../domain/events/event.ts';
import { instantText } from '../operation/fields.ts';
import { predictionExample, resolutionExample } from '../predictions/examples.ts';
import { outcomes } from '../predictions/json.ts';
import { deliveryExample, endpointExample, resolvedExample } from './examples.ts';

type Registry = OpenAPIHono['openAPIRegistry'];

/** A message in the document. `data` excludes the sequence number. */
type Message = {
  readonly summary: string;
  readonly description: string;
  readonly data: z.ZodRawShape;
  readonly example: object;
};

const linksSchema = z.object({
  prediction: z.string().meta({ description: 'URL if OUTTURN_PUBLIC_URL is set; otherwise a path.' }),
  explanation: z.string().meta({ description: 'URL or path of the explanation.' }),
});

const predictionSchema = z
  .object({ id: z.string(), slug: z.string(), statement: z.string(), links: linksSchema })
  .meta({ id: 'MessagePrediction', description: 'The prediction. A long statement is truncated.' });

const createdPredictionSchema = z
  .object({
    ...predictionSchema.shape,
    made_at: z.string().meta({ description: 'When the claim was made, with the precision that is known.' }),
    recorded_at: instantText('When it was recorded.'),
  })
  .meta({ id: 'MessageNewPrediction', description: 'The prediction. A long statement is truncated.' });

const resolutionSchema = z
  .object({
    id: z.string(),
    outcome: z.enum(outcomes),
    effective_at: z
      .string()
      .meta({ description: 'When the deciding event happened: a date, a date-time or `start/end`.' }),
    known_at: instantText('The earliest moment at which the evidence was known and sufficient.'),
    decided_at: instantText('When the resolution was recorded.'),
    decided_by: z.string(),
    reason_code: z.string(),
    reason: z.string().meta({ description: 'The reason, in words. A long text is truncated.' }),
    evidence: z.array(z.string()).meta({ description: 'Ids of at most 20 of the observations.' }),
    evidence_count: z.int().meta({ description: 'Total number of observations.' }),
    supersedes: z.string().nullable().meta({ description: 'Id of the superseded resolution. Null for the first.' }),
  })
  .meta({ id: 'MessageResolution', description: 'A resolution. A long reason is truncated.' });

const leaningSchema = z
  .object({
    outcome: z
      .enum(['yes', 'no'])
      .nullable()
      .meta({ description: 'The outcome that the evidence points to. Null if only a person can decide.' }),
    reason: z.string(),
    text: z.string().meta({ description: 'What is missing, in words.' }),
  })
  .meta({ id: 'MessageLeaning', description: 'The outcome that the evidence points to without being sufficient.' });

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
  .meta({ id: 'MessageModel', description: 'The model.' });

const releaseSchema = z
  .object({
    occurred: z.string().meta({ description: 'When it was released: a date, a date-time or `start/end`.' }),
    basis: z.string().nullable().meta({ description: 'What the date is based on.' }),
    stage: z.string().nullable(),
    known_at: instantText('The earliest moment at which the evidence was known and sufficient.'),
  })
  .meta({ id: 'MessageRelease', description: 'The release of a model.' });

const criterionSchema = z
  .object({
    version: z.int(),
    hash: z.string(),
    text: z.string().meta({ description: 'The criterion in words. A long text is truncated.' }),
  })
  .meta({ id: 'MessageCriterion', description: 'A version of the criterion.' });

const endpointReferenceSchema = z
  .object({ id: z.string(), links: z.object({ endpoint: z.string() }) })
  .meta({ id: 'MessageEndpoint', description: 'The endpoint.' });

const reasonField = z.string().meta({ description: 'The reason, in words.' });
const { prediction, resolution } = resolvedExample.data;
const leaning = { outcome: 'no', reason: 'short', text: 'gpt-5 is listed by one feed only.' };
const feed = { id: 'feed_01jf3mw4q7r8s9t0u1v2w3x4y5', slug: 'models-dev' };

/** The type is total, so a new event type does not compile until it is described here. */
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
    summary: 'A criterion was replaced',
    description: 'The criterion of a prediction was replaced by a new version. Contains both versions.',
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
    summary: 'A prediction needs a decision',
    description: 'Evidence points to an outcome but is not sufficient. A person can decide.',
    data: { prediction: predictionSchema, leaning: leaningSchema },
    example: { prediction, leaning },
  },
  'prediction.disputed': {
    summary: 'A prediction is disputed',
    description: 'Evidence contradicts itself or the resolution. The resolution remains until a person decides.',
    data: { prediction: predictionSchema, leaning: leaningSchema, resolution: resolutionSchema.optional() },
    example: { prediction, leaning, resolution },
  },
  'prediction.resolved': {
    summary: 'A prediction was resolved',
    description:
      'The outcome is yes, no or ambiguous. Each resolution sends exactly one of resolved, annulled and amended.',
    data: { prediction: predictionSchema, resolution: resolutionSchema },
    example: { prediction, resolution },
  },
  'prediction.annulled': {
    summary: 'A prediction was annulled',
    description: 'The claim was defective and is not scored.',
    data: { prediction: predictionSchema, resolution: resolutionSchema },
    example: { prediction, resolution: { ...resolution, outcome: 'annulled', reason_code: 'criterion_defective' } },
  },
  'prediction.resolution.amended': {
    summary: 'A resolution was amended',
    description: 'A resolution was superseded by a later one. Contains both; the outcome may be the same.',
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
    description: 'Sent once, when the evidence for the release of a model first suffices.',
    data: {
      model: modelSchema,
      release: releaseSchema,
      links: z.object({
        model: z.string().meta({ description: 'URL if OUTTURN_PUBLIC_URL is set; otherwise a path.' }),
      }),
    },
    example: {
      model: { id: 'openai/gpt-5', vendor: 'openai', slug: 'gpt-5', family: 'gpt', version: '5', tier: null },
      release: { occurred: '2025-08-07', basis: 'stated', stage: 'general', known_at: '2025-08-08T00:00:00Z' },
      links: { model: '/v1/models/openai/gpt-5' },
    },
  },
  'feed.unhealthy': {
    summary: 'A feed is unhealthy',
    description: 'Several polls in a row failed or were suspect.',
    data: { feed: feedSchema, reason: reasonField },
    example: { feed, reason: 'the listing lost 41 % of its items' },
  },
  'feed.recovered': {
    summary: 'A feed has recovered',
    description: 'A poll was accepted again.',
    data: { feed: feedSchema, reason: reasonField },
    example: { feed, reason: 'it was read again' },
  },
  'endpoint.disabled': {
    summary: 'A webhook endpoint was disabled',
    description: 'The endpoint returned 410 Gone, or no delivery succeeded for five days. Its events are held.',
    data: {
      endpoint: endpointReferenceSchema,
      reason: z.enum(['gone', 'failing']),
      failing_since: instantText('Time of the first failure since the last success. Null if there is none.').nullable(),
    },
    example: {
      endpoint: { id: endpointExample.id, links: { endpoint: `/v1/webhook-endpoints/${endpointExample.id}` } },
      reason: 'gone',
      failing_since: null,
    },
  },
  [pingType]: {
    summary: 'A test message',
    description: 'Sent to one endpoint on request.',
    data: { endpoint: z.object({ id: z.string() }) },
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
  for (const [type, message] of Object.entries(messages)) {
    const name = pascalCase(type);
    const schema = z
      .object({
        type: z.literal(type),
        timestamp: instantText('When the event occurred.'),
        data: z.object({
          sequence: z
            .int()
            .meta({ description: 'Sequence number of the event. Messages may arrive in a different order.' }),
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
        '2XX': { description: 'Received.' },
        default: { description: 'The message is sent again later. 410 Gone disables the endpoint immediately.' },
      },
    });
  }
}
