import { z } from '@hono/zod-openapi';
import { voteValues } from '../../domain/cases/ballot.ts';
import { citationsMax, opinionProblemCharsMax } from '../../domain/cases/opinion.ts';
import { formatInstant } from '../../domain/instant.ts';
import type { CaseView } from '../../services/cases/case-view.ts';
import { instantText } from '../operation/fields.ts';
import { evidenceExample } from './examples.ts';

export const opinionSchema = z
  .object({
    advisory: z.literal(true).meta({ description: 'It is not a vote, and nothing counts it.' }),
    model: z.string().meta({ description: 'The model that was asked.', example: 'gpt-4o-mini' }),
    vote: z.enum(voteValues).nullable().meta({ description: 'What it would vote. Null if it gave no opinion.' }),
    reason: z.string().nullable().meta({ description: 'Reason, in words. Null if it gave no opinion.' }),
    citations: z
      .array(
        z.object({
          evidence: z.string().meta({ description: 'Id of the cited item.', example: evidenceExample.id }),
          quote: z.string().meta({ description: 'The cited passage.', example: evidenceExample.quote }),
          found: z
            .boolean()
            .meta({ description: 'Whether the quote or the copy of the item has the passage, up to white space.' }),
        }),
      )
      .max(citationsMax)
      .meta({ description: 'Passages of the packet that it cites.' }),
    problem: z
      .string()
      .max(opinionProblemCharsMax)
      .nullable()
      .meta({ description: 'Why it gave no opinion. Null if it did.' }),
    recorded_at: instantText('When the answer or the last attempt was recorded.'),
  })
  .meta({ id: 'CaseOpinion', description: 'What a language model says about a decided round.' });

export function opinionToJson(row: CaseView['opinions'][number] | undefined): z.infer<typeof opinionSchema> | null {
  if (row === undefined) return null;
  const { model, vote, reason, citations, problem, recordedAt } = row;
  const cited = (citations ?? []).map(({ evidence, quote, found }) => ({ evidence, quote, found }));
  return { advisory: true, model, vote, reason, citations: cited, problem, recorded_at: formatInstant(recordedAt) };
}
