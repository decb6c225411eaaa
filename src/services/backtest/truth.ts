import { z } from 'zod';
import { readInput } from '../../domain/input.ts';
import { parseEffective } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Seed } from '../predictions/seed.ts';
import type { BacktestClaim } from './rows.ts';

const slug = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
  .max(80);

const truthSchema = z.strictObject({
  format: z.literal('outturn-truth/1'),
  note: z.unknown().optional(),
  entries: z
    .array(
      z
        .strictObject({
          slug,
          /** The true outcome; `open` if nothing has settled the claim. */
          outcome: z.enum(['yes', 'no', 'open']),
          effective_at: z
            .string()
            .refine((text) => parseEffective(text) !== null, 'must be a date, an instant, or start/end')
            .nullable(),
          /** Where the truth is documented. */
          source: z.string().min(1).max(2000),
          /** The claim itself, if it is not one of the replayed predictions. */
          statement: z.string().min(1).max(2000).optional(),
          made_at: z.string().max(40).optional(),
          criterion: z.unknown().optional(),
        })
        .refine((entry) => (entry.outcome === 'open') === (entry.effective_at === null), {
          error: 'must be null if and only if outcome is open',
          path: ['effective_at'],
        }),
    )
    .max(10_000),
});

export type TruthFile = z.infer<typeof truthSchema>;

/** Parses a truth file (docs/backtest.md). Refuses with `validation_failed` and pointers. */
export function readTruth(json: unknown): TruthFile {
  const { data, errors } = readInput(truthSchema, json, { name: 'the file', pointer: '#' });
  if (errors === undefined) return data;
  throw new Refusal('validation_failed', 'the file must have the format outturn-truth/1; see docs/backtest.md', errors);
}

/** Joins predictions and truth by slug. An entry without a prediction must contain the claim. */
export function claimsOf(predictions: Seed['predictions'], truth: TruthFile | null): BacktestClaim[] {
  const entries = truth?.entries ?? [];
  const known = new Map(
    entries.map((entry) => [entry.slug, { outcome: entry.outcome, effectiveAt: entry.effective_at }]),
  );
  const claims = new Map<string, BacktestClaim>();
  for (const { slug: name, statement, made_at: madeAt, criterion } of predictions)
    claims.set(name, { slug: name, statement, madeAt, criterion, truth: known.get(name) ?? null });
  for (const [index, entry] of entries.entries()) {
    if (claims.has(entry.slug)) continue;
    if (entry.criterion === undefined || entry.made_at === undefined) {
      const detail = `there is no prediction ${entry.slug}, so the entry must contain statement, made_at and criterion`;
      throw new Refusal('validation_failed', detail, [{ detail, pointer: `#/entries/${index}` }]);
    }
    claims.set(entry.slug, {
      slug: entry.slug,
      statement: entry.statement ?? entry.slug,
      madeAt: entry.made_at,
      criterion: entry.criterion,
      truth: known.get(entry.slug) ?? null,
    });
  }
  return [...claims.values()];
}
