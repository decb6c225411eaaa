import { z } from '@hono/zod-openapi';

const count = (description: string, example: number) => z.int().min(0).meta({ description, example });

export const countsSchema = z
  .object({
    total: count('All predictions.', 20),
    open: count('Predictions with status `open`.', 8),
    proposed: count('Predictions with status `proposed`.', 1),
    disputed: count('Predictions with status `disputed`.', 1),
    resolved: count('Predictions with status `resolved`.', 10),
    withdrawn: count('Predictions with status `withdrawn`.', 0),
    yes: count('Resolved or disputed predictions with outcome yes.', 5),
    no: count('Resolved or disputed predictions with outcome no.', 5),
    ambiguous: count('Predictions with outcome ambiguous.', 0),
    annulled: count('Predictions with outcome annulled.', 0),
  })
  .meta({ id: 'PredictionCounts', description: 'Number of predictions by status and by outcome, now.' });

export const countsExample = {
  total: 20,
  open: 8,
  proposed: 1,
  disputed: 1,
  resolved: 10,
  withdrawn: 0,
  yes: 5,
  no: 5,
  ambiguous: 0,
  annulled: 0,
};

type Counts = z.infer<typeof countsSchema>;

/** Copies the counts only: the row has other columns, which are not part of the API. */
export function countsToJson(counts: Readonly<Counts>): Counts {
  const { total, open, proposed, disputed, resolved, withdrawn, yes, no, ambiguous, annulled } = counts;
  return { total, open, proposed, disputed, resolved, withdrawn, yes, no, ambiguous, annulled };
}
