import { z } from '@hono/zod-openapi';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import { attemptTriggers, deliveryStates, errorClasses } from '../../domain/webhooks/delivery.ts';
import type { AttemptRow, DeliveryRow } from '../../services/webhooks/deliveries.ts';
import { instantText } from '../operation/fields.ts';
import { attemptExample, deliveryExample, endpointExample } from './examples.ts';

export const deliverySchema = z
  .object({
    id: z.string().meta({ example: deliveryExample.id }),
    endpoint_id: z.string().meta({ example: endpointExample.id }),
    event: z.object({
      id: z.string().meta({ description: 'Id of the event, sent as `webhook-id`.', example: deliveryExample.event.id }),
      type: z.string().meta({ example: 'prediction.resolved' }),
      sequence: z.int().meta({ description: 'Sequence number of the event.' }),
      occurred_at: instantText('When it occurred.'),
    }),
    state: z.enum(deliveryStates).meta({
      description:
        '`pending`: to be sent or retried. `succeeded`: delivered. `failed`: given up. `held`: waiting for the endpoint to be enabled. `cancelled`: will not be sent.',
    }),
    attempts: z.int().meta({ description: 'Number of attempts started.' }),
    next_attempt_at: instantText('When the next attempt is due. Null if there is none.').nullable(),
    last_status: z.int().nullable().meta({ description: 'HTTP status of the last response. Null if there was none.' }),
    last_error_class: z
      .enum(errorClasses)
      .nullable()
      .meta({ description: 'Why the last attempt failed. Null if it succeeded.' }),
    created_at: instantText('When it was recorded.'),
    settled_at: instantText('When it succeeded, failed or was cancelled. Null while pending or held.').nullable(),
    succeeded_at: instantText('When it was first delivered. Null if never.').nullable(),
  })
  .meta({ id: 'WebhookDelivery', description: 'The delivery of one event to one endpoint.' });

export const deliveryWithBodySchema = deliverySchema
  .extend({ body: z.string().meta({ description: 'The request body exactly as sent.', example: '{"type":"…"}' }) })
  .meta({
    id: 'WebhookDeliveryWithBody',
    description: 'The delivery of one event to one endpoint, with the request body.',
  });

export function deliveryToJson(delivery: DeliveryRow): z.infer<typeof deliverySchema> {
  return {
    id: delivery.id,
    endpoint_id: delivery.endpointId,
    event: {
      id: delivery.eventId,
      type: delivery.eventType,
      sequence: delivery.sequence,
      occurred_at: formatInstant(delivery.occurredAt),
    },
    state: delivery.state,
    attempts: delivery.attempts,
    next_attempt_at: orNull(delivery.nextAttemptAt),
    last_status: delivery.lastStatus,
    last_error_class: delivery.lastErrorClass,
    created_at: formatInstant(delivery.createdAt),
    settled_at: orNull(delivery.settledAt),
    succeeded_at: orNull(delivery.succeededAt),
  };
}

export const attemptSchema = z
  .object({
    number: z.int().meta({ description: 'Number of the attempt, from 1.' }),
    trigger: z.enum(attemptTriggers).meta({ description: 'What caused the attempt.' }),
    manual: z.boolean().meta({ description: 'Whether a person requested it.' }),
    url: z.string().meta({ description: 'URL of the request.', example: attemptExample.url }),
    started_at: instantText('When it started. Null if the sending process crashed.').nullable(),
    finished_at: instantText('When it finished.'),
    duration_ms: z.int().nullable(),
    status: z.int().nullable().meta({ description: 'HTTP status of the response. Null if there was none.' }),
    error_class: z.enum(errorClasses).nullable().meta({ description: 'Why it failed. Null if it succeeded.' }),
    error_detail: z.string().nullable(),
    response: z
      .string()
      .nullable()
      .meta({ description: 'First 16 KiB of the response body as text. Deleted after 30 days.' }),
    response_truncated: z
      .boolean()
      .nullable()
      .meta({ description: 'Whether the response body was longer or incomplete.' }),
    next_attempt_at: instantText('When the next attempt was scheduled. Null if there was none.').nullable(),
  })
  .meta({ id: 'WebhookAttempt', description: 'One attempt to deliver.' });

export function attemptToJson(attempt: AttemptRow): z.infer<typeof attemptSchema> {
  return {
    number: attempt.number,
    trigger: attempt.trigger,
    manual: attempt.trigger === 'manual',
    url: attempt.url,
    started_at: orNull(attempt.startedAt),
    finished_at: formatInstant(attempt.finishedAt),
    duration_ms: attempt.durationMs,
    status: attempt.status,
    error_class: attempt.errorClass,
    error_detail: attempt.errorDetail,
    response: attempt.body,
    response_truncated: attempt.truncated,
    next_attempt_at: orNull(attempt.nextAttemptAt),
  };
}

function orNull(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}
