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
          /** What came of it; `open` where nothing has. */
          outcome: z.enum(['yes', 'no', 'open']),
          effective_at: z
            .string()
            .refine((text) => parseEffective(text) !== null, 'is no date, instant, or start/end of the two')
            .nullable(),
          /** Where the truth was read. */
          source: z.string().min(1).max(2000),
          /** The claim itself, where it is not one of the predictions replayed. */
          statement: z.string().min(1).max(2000).optional(),
          made_at: z.string().max(40).optional(),
          criterion: z.unknown().optional(),
        })
        .refine((entry) => (entry.outcome === 'open') === (entry.effective_at === null), {
          error: 'effective_at says when it was settled, and is null where it is open',
          path: ['effective_at'],
        }),
    )
    .max(10_000),
});

export type TruthFile = z.infer<typeof truthSchema>;

/** Reads a truth file; refuses with pointers. The format is described in docs/backtest.md. */
export function readTruth(json: unknown): TruthFile {
  const { data, errors } = readInput(truthSchema, json, { name: 'the file', pointer: '#' });
  if (errors === undefined) return data;
  throw new Refusal(
    'validation_failed',
    'not a truth file of the format outturn-truth/1; see docs/backtest.md',
    errors,
  );
}

/** Joins predictions to the truth by slug. A truth entry with a criterion is a claim of its own. */
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
      const detail = `no prediction ${entry.slug} is replayed: give it here with statement, made_at and criterion`;
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
