import { z } from '@hono/zod-openapi';
import { eventTypes } from '../../domain/events/event.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import { endpointWarning } from '../../domain/webhooks/endpoint-warning.ts';
import { signings } from '../../domain/webhooks/secret.ts';
import { webhookFormats } from '../../domain/webhooks/slack.ts';
import type { SubscriptionFilter } from '../../domain/webhooks/subscription.ts';
import type { EndpointView } from '../../services/webhooks/endpoints.ts';
import { instantText } from '../operation/fields.ts';
import { endpointExample, secretExample } from './examples.ts';

const filterSchema = z
  .object({
    ids: z.array(z.string()).optional().meta({ description: 'Ids of predictions.' }),
    tags: z.array(z.string()).optional().meta({ description: 'Tags of predictions.' }),
    predictor: z.array(z.string()).optional().meta({ description: 'Ids of predictors.' }),
    vendor: z.array(z.string()).optional().meta({ description: 'Vendors of the criterion or the model.' }),
    family: z.array(z.string()).optional().meta({ description: 'Families of the criterion or the model.' }),
    watch: z.array(z.string()).optional().meta({ description: 'Ids of watches.' }),
  })
  .meta({
    id: 'WebhookFilter',
    description:
      'Which events to send. An event matches if, for every field of the filter, it has one of the listed values. An event without that field does not match.',
  });

const previousSecretSchema = z
  .object({
    signing: z.enum(signings),
    public_key: z.string().nullable(),
    expires_at: instantText('When it stops signing.'),
  })
  .meta({ id: 'PreviousSecret', description: 'An earlier secret that still signs messages.' });

export const endpointSchema = z
  .object({
    id: z.string().meta({ example: endpointExample.id }),
    url: z.string().meta({ description: 'URL that receives the messages.', example: endpointExample.url }),
    description: z.string().nullable(),
    format: z
      .enum(webhookFormats)
      .meta({ description: 'What is sent: signed Standard Webhooks messages, or unsigned messages for Slack.' }),
    event_types: z.array(z.enum(eventTypes)).nullable().meta({ description: 'Event types to send. Null: all types.' }),
    filter: filterSchema.nullable(),
    headers: z
      .record(z.string(), z.string())
      .meta({ description: 'Custom headers, except those in `sensitive_headers`.' }),
    sensitive_headers: z
      .array(z.string())
      .meta({ description: 'Names of custom headers whose values are never returned.' }),
    rate_per_second: z.int().nullable().meta({ description: 'Maximum number of messages per second. Null: no limit.' }),
    status: z.enum(['enabled', 'disabled']),
    disabled_reason: z.enum(['manual', 'gone', 'failing']).nullable().meta({
      description:
        'Why the endpoint is disabled: `manual` by a person, `gone` after 410 Gone, `failing` after five days without a success. Null while enabled.',
    }),
    disabled_at: instantText('When it was disabled. Null while enabled.').nullable(),
    failing_since: instantText('Time of the first failure since the last success. Null if there is none.').nullable(),
    warning: z
      .string()
      .nullable()
      .meta({ description: 'Problem with the endpoint that needs attention. Null if there is none.', example: null }),
    signing: z.enum(signings).meta({ description: 'Signature scheme: `v1` (HMAC-SHA256) or `v1a` (ed25519).' }),
    public_key: z
      .string()
      .nullable()
      .meta({ description: 'Public key that verifies v1a signatures. Null for v1.', example: null }),
    previous_secrets: z.array(previousSecretSchema),
    version: z.int().meta({ description: 'Version of the endpoint. Every edit increments it. Part of the ETag.' }),
    created_at: instantText('When it was created.'),
    updated_at: instantText('When it was last changed.'),
  })
  .meta({ id: 'WebhookEndpoint', description: 'A URL that receives events as signed messages.' });

export const createdSchema = endpointSchema
  .extend({
    secret: z.string().nullable().meta({
      description:
        'Secret that verifies v1 signatures. Returned only in this response: null if the response is replayed for an Idempotency-Key, and for v1a.',
      example: secretExample,
    }),
  })
  .meta({ id: 'CreatedWebhookEndpoint', description: 'A new endpoint with its secret, which is not returned again.' });

export function endpointToJson(endpoint: EndpointView, now: Instant): z.infer<typeof endpointSchema> {
  const { filter } = endpoint;
  return {
    id: endpoint.id,
    url: endpoint.url,
    description: endpoint.description,
    format: endpoint.format,
    event_types: endpoint.eventTypes === null ? null : [...endpoint.eventTypes],
    filter: filter === null ? null : filterToJson(filter),
    headers: endpoint.headers,
    sensitive_headers: [...endpoint.sealedHeaderNames],
    rate_per_second: endpoint.ratePerSecond,
    status: endpoint.status,
    disabled_reason: endpoint.disabledReason,
    disabled_at: orNull(endpoint.disabledAt),
    failing_since: orNull(endpoint.failingSince),
    warning: endpointWarning(endpoint, now),
    signing: endpoint.signing,
    public_key: endpoint.publicKey,
    previous_secrets: endpoint.previousSecrets.map(({ signing, publicKey, expiresAt }) => ({
      signing,
      public_key: publicKey,
      expires_at: formatInstant(expiresAt),
    })),
    version: endpoint.version,
    created_at: formatInstant(endpoint.createdAt),
    updated_at: formatInstant(endpoint.updatedAt),
  };
}

function filterToJson(filter: SubscriptionFilter): z.infer<typeof filterSchema> {
  return Object.fromEntries(Object.entries(filter).map(([part, values]) => [part, [...(values ?? [])]]));
}

function orNull(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}
