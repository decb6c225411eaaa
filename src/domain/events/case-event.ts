import { z } from 'zod';
import { formatInstant, type Instant } from '../instant.ts';
import { outcomes } from '../outcome.ts';
import { casePagePath } from '../public-url.ts';
import { clipText, instantText, pageLink } from './event-fields.ts';

/** The data of the events about cases. */

const noteBytesMax = 2500;

const caseSchema = z
  .object({
    id: z.string(),
    round: z.int().meta({ description: 'Number of the round, counted over the whole case.' }),
    panel: z
      .object({ id: z.string(), name: z.string(), version: z.int() })
      .meta({ description: 'The version of the panel that judges.' }),
    links: z.object({
      case: z.string().meta({ description: 'URL if OUTTURN_PUBLIC_URL is set; otherwise a path.' }),
      page: pageLink,
    }),
  })
  .meta({ id: 'MessageCase', description: 'The case, in the round that the event is about.' });

const closesAt = instantText('When the votes of the round close.');

export const openedCaseFields = { case: caseSchema, closes_at: closesAt };

export const closedRoundFields = {
  case: caseSchema,
  result: z.enum(['decided', 'split', 'postponed']).meta({
    description:
      '`decided`: a decision follows as `case.decided`. `split`: another round has begun. `postponed`: the panel votes again later.',
  }),
  votes: z
    .object({ yes: z.int(), no: z.int(), ambiguous: z.int(), annulled: z.int(), too_early: z.int() })
    .meta({ description: 'Counted votes.' }),
  closes_at: closesAt.nullable().meta({ description: 'When the votes of the next round close. Null without one.' }),
  resumes_at: instantText('When a postponed vote begins again. Null if it is not postponed.').nullable(),
};

export const decidedCaseFields = {
  case: caseSchema,
  outcome: z.enum(outcomes),
  basis: z
    .enum(['votes', 'fall_back'])
    .meta({ description: 'Whether the votes or the fall-back of the panel decided.' }),
  effective_at: z
    .string()
    .meta({ description: 'When the claim came true or failed: a date, a date-time or `start/end`.' }),
  review_ends_at: instantText('The decision is provisional until then.'),
};

export const appealedCaseFields = {
  case: caseSchema,
  reason: z.string().meta({ description: 'The reason for the appeal. A long text is truncated.' }),
  closes_at: closesAt,
};

type CaseFacts = {
  readonly id: string;
  readonly round: number;
  readonly panel: { readonly id: string; readonly name: string; readonly version: number };
};

export function caseData({ id, round, panel }: CaseFacts): z.infer<typeof caseSchema> {
  const { name, version } = panel;
  const links = { case: `/v1/cases/${id}`, page: casePagePath(id) };
  return { id, round, panel: { id: panel.id, name, version }, links };
}

export function appealReason(reason: string): string {
  return clipText(reason, noteBytesMax);
}

export function momentOrNull(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}
