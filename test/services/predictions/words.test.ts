import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Instant } from '../../../src/domain/instant.ts';
import { type PredictionEdit, updatePrediction } from '../../../src/services/predictions/edits.ts';
import { getPredictionExplanation } from '../../../src/services/predictions/explanations.ts';
import { listPredictions } from '../../../src/services/predictions/lists.ts';
import { createPrediction, getPrediction } from '../../../src/services/predictions/predictions.ts';
import { createPredictor } from '../../../src/services/predictions/predictors.ts';
import { createPredictionResolution } from '../../../src/services/predictions/resolutions.ts';
import { createSource } from '../../../src/services/predictions/sources.ts';
import { getPredictorScorecard } from '../../../src/services/scores/scorecards.ts';
import { samples } from '../../support/samples.ts';
import { openWorld, type World } from '../../support/world.ts';

const names = ['one', 'two'] as const;
type Name = (typeof names)[number];

let world: World;
let sources: Record<Name, string>;
let predictors: Record<Name, string>;
beforeAll(async () => {
  world = await openWorld({ feeds: [] });
  const source = async (title: string) =>
    (await createSource(world.deps, { title, url: null, language: null, author: null, publishedAt: null })).id;
  const predictor = async (name: string) => (await createPredictor(world.deps, { name, url: null })).id;
  sources = { one: await source('one'), two: await source('two') };
  predictors = { one: await predictor('one'), two: await predictor('two') };
});
afterAll(() => world.close());

const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
const word = fc.constantFrom('alpha', 'beta', 'gamma');
const reference = fc.option(fc.constantFrom(...names));

/** An edit; slugs are made unique for each claim. */
const edit = fc.record({
  statement: maybe(word),
  finePrint: maybe(fc.option(word)),
  locator: maybe(fc.option(word)),
  source: maybe(reference),
  predictor: maybe(reference),
  tags: maybe(fc.uniqueArray(word)),
  slug: maybe(word),
});
const step = fc.record({ hours: fc.integer({ min: 0, max: 3 }), edit: fc.option(edit, { freq: 6 }) });
type Step = { readonly hours: number; readonly edit: EditPlan | null };
type EditPlan = typeof edit extends fc.Arbitrary<infer Plan> ? Plan : never;

function idOf(ids: Record<Name, string>, name: Name | null | undefined): string | null | undefined {
  return name == null ? name : ids[name];
}

function editOf({ source, predictor, slug, ...rest }: EditPlan, claim: string): PredictionEdit {
  return {
    ...rest,
    sourceId: idOf(sources, source),
    predictorId: idOf(predictors, predictor),
    slug: slug === undefined ? undefined : `${slug}-${claim}`,
  };
}

/** Everything that is said of a claim as of a moment, as text. The stored state is the latest one at any moment. */
async function answersAsOf(id: string, slug: string, asOf: Instant): Promise<string> {
  const { state, stateDetail, ...prediction } = (await getPrediction(world.deps, id, asOf)).prediction;
  const bySlug = await getPrediction(world.deps, slug, asOf);
  const ask = { filter: {}, statuses: null, outcome: null, asOf, after: null, sort: '-recorded_at', limit: 1 } as const;
  const byTag = await listPredictions(world.deps, { ...ask, filter: { tag: 'alpha', q: 'beta' } });
  const cards = await Promise.all(
    names.map((name) => getPredictorScorecard(world.deps, predictors[name], { asOf, decidedBy: null })),
  );
  const { evaluation } = await getPredictionExplanation(world.deps, id, asOf);
  const listed = byTag.views.map((view) => view.prediction.id);
  const { version, updatedAt, source, predictor } = bySlug;
  return JSON.stringify({ prediction, version, updatedAt, source, predictor, listed, cards, evaluation });
}

/** Performs the steps, and after each one asks again about the moments before it and before all earlier ones. */
async function play(claim: string, steps: readonly Step[], decideAt: number): Promise<void> {
  const slug = `claim-${claim}`;
  const input = { slug, statement: 'alpha', madeAt: '2025-01-01', criterion: { op: 'judged', question: 'Is it?' } };
  const { id } = (await createPrediction(world.deps, { ...input, predictorId: predictors.one })).view.prediction;
  const said = new Map<Instant, string>();
  let isResolved = false;
  for (const [index, { hours, edit: plan }] of steps.entries()) {
    const moment = world.clock.now() + hours * 3_600_000;
    world.clock.advance(hours * 3_600_000 + 1);
    said.set(moment, await answersAsOf(id, slug, moment));
    if (index === decideAt) {
      await decide(id);
      isResolved = true;
    }
    if (plan !== null) await tryEdit(id, editOf(plan, claim), isResolved);
    for (const [at, answers] of said) expect(await answersAsOf(id, slug, at)).toBe(answers);
  }
}

async function decide(id: string): Promise<void> {
  const decision = { outcome: 'yes', effectiveAt: '2025-01-01', reasonCode: 'judged', reason: 'Seen.' } as const;
  await createPredictionResolution(world.deps, id, { ...decision, evidence: [], decidedBy: 'curator' });
}

/** Applies an edit. One that would reword or move a resolved claim must be refused as a whole. */
async function tryEdit(id: string, change: PredictionEdit, isResolved: boolean): Promise<void> {
  const before = (await getPrediction(world.deps, id, null)).prediction;
  const cards = async () =>
    await Promise.all(
      names.map((name) => getPredictorScorecard(world.deps, predictors[name], { asOf: null, decidedBy: null })),
    );
  const scored = await cards();
  const claimed = ['statement', 'finePrint', 'locator', 'sourceId', 'predictorId'] as const;
  const moves = claimed.some((field) => change[field] !== undefined && change[field] !== before[field]);
  const attempt = updatePrediction(world.deps, id, change, null);
  if (isResolved && moves) {
    await expect(attempt).rejects.toMatchObject({ code: 'frozen' });
    expect((await getPrediction(world.deps, id, null)).prediction).toEqual(before);
  } else {
    expect((await attempt).prediction).toMatchObject(
      Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
    );
  }
  if (isResolved) expect(await cards()).toEqual(scored);
}

test('no edit changes an answer as of a moment before it, and no resolved claim is reworded, moved or scored again', async () => {
  let claims = 0;
  const plans = fc.array(step, { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(plans, fc.nat(6), async (steps, decideAt) => {
      claims += 1;
      await play(String(claims), steps, decideAt);
    }),
    { numRuns: samples(40, 12) },
  );
}, 300_000);
