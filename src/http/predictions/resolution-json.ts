import { z } from '@hono/zod-openapi';
import { instantText } from '../operation/fields.ts';
import { resolutionExample } from './examples.ts';

export const resolutionSchema = z
  .object({
    id: z.string().meta({ example: resolutionExample.id }),
    outcome: z.enum(['yes', 'no', 'ambiguous', 'annulled']).meta({
      description: 'Outcome. The resolver decides only yes or no; a person may also decide ambiguous or annulled.',
    }),
    effective_at: z.string().meta({
      description: 'When the deciding event happened: a date, a date-time or `start/end`.',
      example: '2025-08-07',
    }),
    known_at: instantText('The earliest moment at which the evidence was known and sufficient.'),
    decided_at: instantText('When the resolution was recorded.'),
    decided_by: z
      .string()
      .meta({ description: '`resolver`, `panel`, or the id of the key that decided.', example: 'resolver' }),
    reason_code: z
      .string()
      .meta({ description: 'Machine-readable code for the reason.', example: 'released_in_window' }),
    reason: z.string().meta({ description: 'The reason, in words.' }),
    evidence: z.array(z.string()).meta({ description: 'Ids of the observations that decide the outcome.' }),
    miss_chance: z.number().nullable().meta({
      description:
        'The chance, from 0 to 1, that every origin from which the absence is inferred missed the event. Null if the outcome is not based on absence.',
      example: null,
    }),
    supersedes: z
      .string()
      .nullable()
      .meta({ description: 'Id of the resolution that this one replaces. Null for the first.' }),
  })
  .meta({
    id: 'Resolution',
    description: 'A decision on a prediction. Resolutions are never changed; a later one supersedes an earlier one.',
  });
