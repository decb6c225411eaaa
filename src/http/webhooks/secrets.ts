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

/** How messages are signed, where an endpoint is created and where its secret is rotated. */
export const secretFields = {
  signing: z.enum(signings).optional().meta({ description: 'HMAC-SHA256 (v1) or ed25519 (v1a).', example: 'v1' }),
  secret: z.string().min(1).max(secretCharsMax).optional().meta({
    description: 'Your own, `whsec_` and 24 to 64 bytes, or `whsk_` and a private key, in base64; made when left out.',
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
  .meta({ description: 'ISO 8601: how long the secret before signs too. A day when left out.', example: 'PT24H' });

const rotatedSchema = z
  .object({
    signing: z.enum(signings),
    public_key: z.string().nullable().meta({ description: 'What verifies, for v1a.', example: null }),
    secret: z
      .string()
      .nullable()
      .meta({ description: 'What verifies, for v1. Shown this once.', example: secretExample }),
    previous_until: instantText('Until when the secret before signs too; null when it does no more.').nullable(),
  })
  .meta({ id: 'RotatedWebhookSecret', description: 'The new secret, which is not shown again.' });

const rotate = operation({
  method: 'post',
  path: '/v1/webhook-endpoints/{id}/rotate-secret',
  operationId: 'rotateWebhookEndpointSecret',
  tag,
  summary: 'Rotate the secret',
  description:
    'During the overlap every message carries a signature by each secret, so that receivers change over when it suits them. It may change from v1 to v1a and back.',
  access: 'webhooks',
  params: idParameter,
  body: {
    schema: z
      .strictObject({ ...secretFields, overlap: overlapField })
      .meta({ id: 'WebhookSecretRotationInput', description: 'The new secret; made when left out.' }),
    example: { overlap: 'PT24H' },
    optional: true,
  },
  answer: {
    status: 200,
    description: 'Rotated.',
    schema: rotatedSchema,
    example: { signing: 'v1', public_key: null, secret: secretExample, previous_until: '2025-08-09T09:00:00Z' },
  },
  refusals: ['conflict'],
  handle: async ({ services }, { params, body }) => {
    const { overlap, ...ask } = body;
    const overlapMs = overlap === undefined ? overlapMsDefault : (durationMs(overlap) ?? 0);
    const rotated = await rotateWebhookEndpointSecret(services, params.id, { ...ask, overlapMs });
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
