import { tierKey, versionKeys } from '../domain/criterion/watch.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { json, timestampTexts } from './postgres-types.ts';

/** Parts of statements that select the predictions to evaluate again, as rows of `prediction_id`. */

/** A model that evidence has touched. Without `model`, any model of the family may be meant. */
export type TouchedModel = {
  readonly vendor: string;
  readonly family: string;
  readonly model?: { readonly version: string | null; readonly tier: string | null };
};

/** A span of time that excludes `after` and includes `until`. */
export type Span = { readonly after: Instant; readonly until: Instant };

/**
 * Predictions that any of the models or families can change; with `facts`, only those that depend on stated facts, or whose
 * document shows the observations that a person has to weigh.
 */
export function selectWatching(db: Sql, touched: readonly TouchedModel[], what: 'releases' | 'facts') {
  // A family is watched by name or by wildcard: four index look-ups, whatever the number of predictions.
  const rows = touched.flatMap(({ vendor, family, model }) => {
    const keys = model && { versions: versionKeys(model.version), tier: tierKey(model.tier) };
    const named = { versions: keys?.versions ?? null, tier: keys?.tier ?? null };
    return [vendor, 'any'].flatMap((v) => [family, 'any'].map((f) => ({ vendor: v, family: f, ...named })));
  });
  return db`
    select w.prediction_id from prediction_watches w
    join json_to_recordset(${json(db, rows)}) as t(vendor text, family text, versions text[], tier text)
      on w.vendor = t.vendor and w.family = t.family
        and (w.versions is null or t.versions is null or w.versions && t.versions)
        and (w.tiers is null or t.tier is null or t.tier = any(w.tiers))
    ${
      what === 'facts'
        ? db`where w.facts or exists (select from predictions p where p.id = w.prediction_id and p.state in ('proposed', 'disputed'))`
        : db``
    }`;
}

/**
 * Predictions with a coverage edge of a vendor in any of the spans. Resolved predictions are included: an archive may show
 * that the same outcome was known earlier.
 */
export function selectEdgesCrossed(db: Sql, vendors: readonly string[] | 'any', spans: readonly Span[]) {
  return db`
    select e.prediction_id
    from unnest(${timestampTexts(spans.map((span) => span.after))}::timestamptz[],
      ${timestampTexts(spans.map((span) => span.until))}::timestamptz[]) as s(after_at, until_at)
    join prediction_edges e on e.edge_at > s.after_at and e.edge_at <= s.until_at
      ${vendors === 'any' ? db`` : db`and e.vendor = any(${vendors})`}`;
}
