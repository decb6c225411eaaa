import { createHash } from 'node:crypto';
import { z } from 'zod';
import { stances } from '../../domain/cases/stance.ts';
import { readInput } from '../../domain/input.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Sql } from '../../store/db.ts';
import { findPrediction } from '../../store/predictions.ts';
import { findPredictor, findPredictorBySeedKey, insertPredictor } from '../../store/predictors.ts';
import { insertSettingOnce } from '../../store/settings.ts';
import { findSource, findSourceBySeedKey, insertSource } from '../../store/sources.ts';
import { insertStartingEvidence, listStartingEvidence } from '../../store/starting-evidence.ts';
import type { Deps } from '../deps.ts';
import { createWithin } from './predictions.ts';

const key = z.string().min(1).max(100);
const text = z.string().min(1).max(2000);
const idOf = (prefix: 'src' | 'who') =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9a-z]{26}$`))
    .optional();
const evidenceSchema = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .nullable(),
  locator: z.string().min(1).max(200),
  paraphrase: text,
  stance: z.enum(stances),
});
const seedSchema = z.strictObject({
  format: z.literal('outturn-seed/1'),
  note: z.unknown().optional(),
  sources: z
    .array(
      z.strictObject({
        key,
        id: idOf('src'),
        title: text,
        url: z.string().max(2000).nullable(),
        language: z.string().max(35).nullable().optional(),
        published_at: z.string().max(40).nullable().optional(),
        author: text.optional(),
      }),
    )
    .max(1000),
  predictors: z
    .array(z.strictObject({ key, id: idOf('who'), name: text, url: z.string().max(2000).nullable().optional() }))
    .max(10_000),
  predictions: z
    .array(
      z.strictObject({
        slug: z
          .string()
          .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
          .max(100),
        statement: text,
        made_at: z.string().max(40),
        source: key.nullable().optional(),
        locator: text.nullable().optional(),
        predictor: key.nullable().optional(),
        tags: z.array(z.string().min(1).max(50)).max(50).optional(),
        fine_print: z.string().max(5000).nullable().optional(),
        criterion: z.unknown(),
        evidence: z.array(evidenceSchema).max(50).optional(),
      }),
    )
    .max(100_000),
});

export type Seed = z.infer<typeof seedSchema>;
export type SeedCounts = { readonly recorded: number; readonly existing: number };

/** Parses the JSON of a seed file (docs/seed.md). Refuses with `validation_failed` and pointers. */
export function readSeed(json: unknown): Seed {
  const { data, errors } = readInput(seedSchema, json, { name: 'the file', pointer: '#' });
  if (errors === undefined) return data;
  throw new Refusal('validation_failed', 'the file must have the format outturn-seed/1; see docs/seed.md', errors);
}

/** Creates the predictions of a seed in one transaction. Predictions whose slug exists are not changed. */
export async function applySeed(deps: Deps, seed: Seed): Promise<SeedCounts> {
  return await deps.db.begin((tx) => applyWithin(tx, deps, seed), { msMax: 120_000 });
}

/**
 * Applies a seed if none was applied before, even if several nodes start at once. Null if one was: then its predictions get their
 * evidence, once, if the version that recorded them had none.
 */
export async function seedOnce(deps: Deps, seed: Seed): Promise<SeedCounts | null> {
  return await deps.db.begin(
    async (tx) => {
      const isFirst = await insertSettingOnce(tx, 'seeded', 'yes');
      const isWithoutEvidence = await insertSettingOnce(tx, 'seed_evidence', 'yes');
      if (isFirst) return await applyWithin(tx, deps, seed);
      if (isWithoutEvidence) await addEvidence(tx, deps, seed);
      return null;
    },
    { msMax: 120_000 },
  );
}

/** Adds the evidence of a seed to the claims that an earlier version recorded from it without any. */
async function addEvidence(tx: Sql, deps: Deps, seed: Seed): Promise<void> {
  for (const { slug, statement, evidence = [] } of seed.predictions) {
    if (evidence.length === 0) continue;
    const prediction = await findPrediction(tx, slug);
    // Another claim may have the slug.
    if (prediction === null || prediction.statement !== statement || prediction.withdrawnAt !== null) continue;
    if ((await listStartingEvidence(tx, prediction.id)).length > 0) continue;
    await insertStartingEvidence(tx, prediction.id, evidence, deps.now());
  }
}

async function applyWithin(tx: Sql, deps: Deps, seed: Seed): Promise<SeedCounts> {
  const sources = new Map<string, string>();
  for (const source of seed.sources) sources.set(source.key, await ensureSource(tx, deps, source));
  const predictors = new Map<string, string>();
  for (const predictor of seed.predictors) predictors.set(predictor.key, await ensurePredictor(tx, deps, predictor));
  let recorded = 0;
  for (const [index, entry] of seed.predictions.entries()) {
    if ((await findPrediction(tx, entry.slug)) !== null) continue;
    const at = `#/predictions/${index}`;
    const { view } = await createWithin(tx, deps, {
      slug: entry.slug,
      statement: entry.statement,
      madeAt: entry.made_at,
      criterion: entry.criterion,
      finePrint: entry.fine_print,
      sourceId: entry.source == null ? null : named(sources, entry.source, `${at}/source`),
      locator: entry.locator,
      predictorId: entry.predictor == null ? null : named(predictors, entry.predictor, `${at}/predictor`),
      tags: entry.tags,
    });
    await insertStartingEvidence(tx, view.prediction.id, entry.evidence ?? [], deps.now());
    recorded += 1;
  }
  return { recorded, existing: seed.predictions.length - recorded };
}

function named(ids: ReadonlyMap<string, string>, name: string, pointer: string): string {
  const id = ids.get(name);
  if (id !== undefined) return id;
  const detail = `the file contains no entry with the key ${name}`;
  throw new Refusal('validation_failed', detail, [{ detail, pointer }]);
}

/** Identifies an entry across files by its content, because the same key may mean another entry in another file. */
function seedKey(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

async function ensureSource(tx: Sql, deps: Deps, source: Seed['sources'][number]): Promise<string> {
  const unique = seedKey([source.key, source.title, source.url]);
  const known = await findSourceBySeedKey(tx, unique);
  if (known !== null) return known;
  const isFree = source.id !== undefined && (await findSource(tx, source.id)) === null;
  const id = source.id !== undefined && isFree ? source.id : deps.newId('src');
  const now = deps.now();
  const { title, url } = source;
  await insertSource(
    tx,
    {
      id,
      title,
      url,
      language: source.language ?? null,
      author: source.author ?? null,
      publishedAt: source.published_at ?? null,
      createdAt: now,
      edits: 1,
      editedAt: now,
    },
    unique,
  );
  return id;
}

async function ensurePredictor(tx: Sql, deps: Deps, predictor: Seed['predictors'][number]): Promise<string> {
  const unique = seedKey([predictor.key, predictor.name]);
  const known = await findPredictorBySeedKey(tx, unique);
  if (known !== null) return known;
  const isFree = predictor.id !== undefined && (await findPredictor(tx, predictor.id)) === null;
  const id = predictor.id !== undefined && isFree ? predictor.id : deps.newId('who');
  const now = deps.now();
  const { name, url = null } = predictor;
  await insertPredictor(tx, { id, name, url, createdAt: now, edits: 1, editedAt: now }, unique);
  return id;
}
