import { z } from '@hono/zod-openapi';

const count = (description: string, example: number) => z.int().min(0).meta({ description, example });

export const countsSchema = z
  .object({
    total: count('All of them.', 20),
    open: count('Nothing speaks for either answer yet.', 8),
    proposed: count('A person must decide.', 1),
    disputed: count('Evidence contradicts.', 1),
    resolved: count('Resolved, and undisputed.', 10),
    yes: count('Resolved or disputed, and came out yes.', 5),
    no: count('Resolved or disputed, and came out no.', 5),
    ambiguous: count('Reality was unclear.', 0),
    annulled: count('The claim was defective.', 0),
  })
  .meta({ id: 'PredictionCounts', description: 'How many predictions stand how now, and what came of them.' });

export const countsExample = {
  total: 20,
  open: 8,
  proposed: 1,
  disputed: 1,
  resolved: 10,
  yes: 5,
  no: 5,
  ambiguous: 0,
  annulled: 0,
};

type Counts = z.infer<typeof countsSchema>;

/** Copied field by field: what a row carries besides is not told. */
export function countsToJson(counts: Readonly<Counts>): Counts {
  const { total, open, proposed, disputed, resolved, yes, no, ambiguous, annulled } = counts;
  return { total, open, proposed, disputed, resolved, yes, no, ambiguous, annulled };
}
