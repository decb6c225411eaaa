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
      id: z.string().meta({ description: 'What the receiver sees as webhook-id.', example: deliveryExample.event.id }),
      type: z.string().meta({ example: 'prediction.resolved' }),
      sequence: z.int().meta({ description: 'Its place in the order of events.' }),
      occurred_at: instantText('When it occurred.'),
    }),
    state: z.enum(deliveryStates).meta({
      description: 'pending until it succeeded or was given up (failed); held while the endpoint is disabled.',
    }),
    attempts: z.int().meta({ description: 'Attempts begun.' }),
    next_attempt_at: instantText('When it is tried next.').nullable(),
    last_status: z.int().nullable().meta({ description: 'What the last attempt was answered.' }),
    last_error_class: z.enum(errorClasses).nullable().meta({ description: 'Why the last attempt failed.' }),
    created_at: instantText('When it was recorded.'),
    settled_at: instantText('When it came to rest.').nullable(),
    succeeded_at: instantText('When it was first delivered.').nullable(),
  })
  .meta({ id: 'WebhookDelivery', description: 'One event for one endpoint.' });

export const deliveryWithBodySchema = deliverySchema
  .extend({ body: z.string().meta({ description: 'The body exactly as it is sent.', example: '{"type":"…"}' }) })
  .meta({ id: 'WebhookDeliveryWithBody', description: 'One event for one endpoint, with its body.' });

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
    number: z.int().meta({ description: 'Counts from 1.' }),
    trigger: z.enum(attemptTriggers).meta({ description: 'What set it off.' }),
    manual: z.boolean().meta({ description: 'Whether a person asked for it.' }),
    url: z.string().meta({ description: 'Where it went.', example: attemptExample.url }),
    started_at: instantText('When it began; null when its sender died.').nullable(),
    finished_at: instantText('When it ended.'),
    duration_ms: z.int().nullable(),
    status: z.int().nullable().meta({ description: 'What was answered; null when nothing was.' }),
    error_class: z.enum(errorClasses).nullable().meta({ description: 'Why it failed; null for success.' }),
    error_detail: z.string().nullable(),
    response: z
      .string()
      .nullable()
      .meta({ description: 'The beginning of the answer, 16 KiB at most, for 30 days; as text.' }),
    response_truncated: z.boolean().nullable().meta({ description: 'Whether there was more, or it broke off.' }),
    next_attempt_at: instantText('When the next one was planned for.').nullable(),
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
