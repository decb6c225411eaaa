import { z } from '@hono/zod-openapi';
import { durationMs } from '../../domain/duration.ts';
import { formatInstant } from '../../domain/instant.ts';
import { signings } from '../../domain/webhooks/secret.ts';
import { overlapMsDefault, overlapMsMax, rotateWebhookEndpointSecret } from '../../services/webhooks/secrets.ts';
import { instantText } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { endpointExample, secretExample } from './examples.ts';

const tag = 'Webhooks';
const idParameter = { id: { description: 'The id of a webhook endpoint.', example: endpointExample.id } };

const secretCharsMax = 200;

/** Signing fields of creating an endpoint and of rotating its secret. */
export const secretFields = {
  signing: z
    .enum(signings)
    .optional()
    .meta({ description: 'Signature scheme: `v1` (HMAC-SHA256, the default) or `v1a` (ed25519).', example: 'v1' }),
  secret: z.string().min(1).max(secretCharsMax).optional().meta({
    description:
      'Your own secret: `whsec_` followed by 24 to 64 bytes in base64, or `whsk_` followed by an ed25519 private key in base64. Default: generated.',
    example: secretExample,
  }),
};

const overlapField = z
  .string()
  .max(40)
  .refine(
    (value) => (durationMs(value) ?? Number.POSITIVE_INFINITY) <= overlapMsMax,
    'must be an ISO 8601 duration from PT0S to P7D',
  )
  .optional()
  .meta({
    description:
      'How long the previous secret also signs messages, as an ISO 8601 duration from PT0S to P7D. Default: PT24H.',
    example: 'PT24H',
  });

const rotatedSchema = z
  .object({
    signing: z.enum(signings),
    public_key: z
      .string()
      .nullable()
      .meta({ description: 'Public key that verifies v1a signatures. Null for v1.', example: null }),
    secret: z.string().nullable().meta({
      description:
        'Secret that verifies v1 signatures. Returned only in this response: null if the response is replayed for an Idempotency-Key, and for v1a.',
      example: secretExample,
    }),
    previous_until: instantText('When the previous secret stops signing. Null if it has stopped.').nullable(),
  })
  .meta({ id: 'RotatedWebhookSecret', description: 'The new secret, which is not returned again.' });

const rotate = operation({
  method: 'post',
  path: '/v1/webhook-endpoints/{id}/rotate-secret',
  operationId: 'rotateWebhookEndpointSecret',
  tag,
  summary: 'Rotate the secret of a webhook endpoint',
  description:
    'Replaces the signing secret. During the overlap every message is signed with both secrets, so that receivers can switch at any time. The signature scheme can change as well.',
  access: 'webhooks',
  params: idParameter,
  body: {
    schema: z
      .strictObject({ ...secretFields, overlap: overlapField })
      .meta({ id: 'WebhookSecretRotationInput', description: 'Options for the new secret.' }),
    example: { overlap: 'PT24H' },
    optional: true,
  },
  response: {
    status: 200,
    description: 'The new secret.',
    schema: rotatedSchema,
    example: { signing: 'v1', public_key: null, secret: secretExample, previous_until: '2025-08-09T09:00:00Z' },
  },
  refusals: ['conflict'],
  handle: async ({ services }, { params, body }) => {
    const { overlap, ...input } = body;
    const overlapMs = overlap === undefined ? overlapMsDefault : (durationMs(overlap) ?? 0);
    const rotated = await rotateWebhookEndpointSecret(services, params.id, { ...input, overlapMs });
    return {
      body: {
        signing: rotated.signing,
        public_key: rotated.publicKey,
        secret: rotated.secret,
        previous_until: rotated.previousUntil === null ? null : formatInstant(rotated.previousUntil),
      },
    };
  },
});

export const secretOperations = [rotate];
