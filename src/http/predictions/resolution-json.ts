import { z } from '@hono/zod-openapi';
import { formatInstant } from '../../domain/instant.ts';
import type { listPredictionResolutions } from '../../services/predictions/resolutions.ts';
import { instantText } from '../operation/fields.ts';
import { resolutionExample } from './examples.ts';

export const resolutionSchema = z
  .object({
    id: z.string().meta({ example: resolutionExample.id }),
    outcome: z
      .enum(['yes', 'no', 'ambiguous', 'annulled'])
      .meta({ description: 'The resolver only ever says yes or no.' }),
    effective_at: z
      .string()
      .meta({ description: 'What in the world settled it: a date, an instant, or start/end.', example: '2025-08-07' }),
    known_at: instantText('The earliest knowledge time at which its evidence sufficed.'),
    decided_at: instantText('When this row was written.'),
    decided_by: z.string().meta({ description: '`resolver`, or who decided.', example: 'resolver' }),
    reason_code: z.string().meta({ description: 'A code for why.', example: 'released_in_window' }),
    reason: z.string().meta({ description: 'Why, in words.' }),
    evidence: z.array(z.string()).meta({ description: 'Ids of observations.' }),
    supersedes: z.string().nullable().meta({ description: 'The resolution that this one replaces.' }),
  })
  .meta({ id: 'Resolution', description: 'What a prediction came to. Append-only.' });

export type Resolution = Awaited<ReturnType<typeof listPredictionResolutions>>[number];

export function resolutionToJson(resolution: Resolution): z.infer<typeof resolutionSchema> {
  return {
    id: resolution.id,
    outcome: resolution.outcome,
    effective_at: resolution.effectiveAt,
    known_at: formatInstant(resolution.knownAt),
    decided_at: formatInstant(resolution.decidedAt),
    decided_by: resolution.decidedBy,
    reason_code: resolution.reasonCode,
    reason: resolution.reason,
    evidence: resolution.evidence,
    supersedes: resolution.supersedes,
  };
}
