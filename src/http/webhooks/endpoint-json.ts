import { z } from '@hono/zod-openapi';
import { eventTypes } from '../../domain/events/event.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import { endpointWarning } from '../../domain/webhooks/endpoint-warning.ts';
import { signings } from '../../domain/webhooks/secret.ts';
import type { SubscriptionFilter } from '../../domain/webhooks/subscription.ts';
import type { EndpointView } from '../../services/webhooks/endpoints.ts';
import { instantText } from '../operation/fields.ts';
import { endpointExample, secretExample } from './examples.ts';

const filterSchema = z
  .object({
    ids: z.array(z.string()).optional().meta({ description: 'Predictions.' }),
    tags: z.array(z.string()).optional().meta({ description: 'Tags of predictions.' }),
    predictor: z.array(z.string()).optional().meta({ description: 'Who said it.' }),
    vendor: z.array(z.string()).optional().meta({ description: 'Vendors that the criterion, or the model, is of.' }),
    family: z.array(z.string()).optional().meta({ description: 'Families that the criterion, or the model, is of.' }),
  })
  .meta({
    id: 'WebhookFilter',
    description: 'What must fit; of each part one value. What is about neither fits none.',
  });

const previousSecretSchema = z
  .object({
    signing: z.enum(signings),
    public_key: z.string().nullable(),
    expires_at: instantText('Until when it signs too.'),
  })
  .meta({ id: 'PreviousSecret', description: 'A secret that still signs beside the current one.' });

export const endpointSchema = z
  .object({
    id: z.string().meta({ example: endpointExample.id }),
    url: z.string().meta({ description: 'Where it is told.', example: endpointExample.url }),
    description: z.string().nullable(),
    event_types: z
      .array(z.enum(eventTypes))
      .nullable()
      .meta({ description: 'What it is told of; null is everything.' }),
    filter: filterSchema.nullable(),
    headers: z
      .record(z.string(), z.string())
      .meta({ description: 'Custom headers, but for those in sensitive_headers.' }),
    sensitive_headers: z
      .array(z.string())
      .meta({ description: 'Names of custom headers whose values are never shown.' }),
    rate_per_second: z
      .int()
      .nullable()
      .meta({ description: 'Messages a second at most; null: no limit but concurrency.' }),
    status: z.enum(['enabled', 'disabled']),
    disabled_reason: z
      .enum(['manual', 'gone', 'failing'])
      .nullable()
      .meta({ description: 'By a person, by 410 Gone, or after days without any success.' }),
    disabled_at: instantText('When it was disabled.').nullable(),
    failing_since: instantText('The first failure since the last success.').nullable(),
    warning: z.string().nullable().meta({ description: 'What whoever looks at it must see.', example: null }),
    signing: z.enum(signings).meta({ description: 'HMAC-SHA256 (v1) or ed25519 (v1a).' }),
    public_key: z.string().nullable().meta({ description: 'What verifies, for v1a.', example: null }),
    previous_secrets: z.array(previousSecretSchema),
    version: z.int().meta({ description: 'Raised with every edit; the ETag carries it.' }),
    created_at: instantText('When it was created.'),
    updated_at: instantText('When it was last edited.'),
  })
  .meta({ id: 'WebhookEndpoint', description: 'Where a subscriber is told, and of what.' });

export const createdSchema = endpointSchema
  .extend({
    secret: z
      .string()
      .nullable()
      .meta({ description: 'What verifies, for v1. Shown this once.', example: secretExample }),
  })
  .meta({ id: 'CreatedWebhookEndpoint', description: 'An endpoint with its secret, which is not shown again.' });

export function endpointToJson(endpoint: EndpointView, now: Instant): z.infer<typeof endpointSchema> {
  const { filter } = endpoint;
  return {
    id: endpoint.id,
    url: endpoint.url,
    description: endpoint.description,
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
