import { dayMs, hourMs, type Instant } from '../../src/domain/instant.ts';

/**
 * Scores by brute force, hour by hour, with no code in common with the program. Everything happens on whole hours, so
 * it is exact to visit every hour before the answer and look up the latest forecast.
 */

export type LoggedForecast = {
  readonly prediction: number;
  readonly who: number;
  readonly probability: number;
  readonly from: Instant;
  /** Exclusive. A vague date gives a long interval. */
  readonly to: Instant;
  readonly recordedAt: Instant;
  readonly version: number;
};

export type LoggedDecision = {
  readonly prediction: number;
  readonly outcome: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly knownAt: Instant;
  readonly version: number;
};

export type Log = { readonly forecasts: readonly LoggedForecast[]; readonly decisions: readonly LoggedDecision[] };

/** What one hour of one prediction contributes. */
type Hour = { readonly probability: number; readonly came: number; readonly weight: number };

export type ReferenceScore = {
  readonly predictions: number;
  readonly forecasts: number;
  readonly brier: number;
  readonly brierLast: number;
  readonly log: number;
  readonly bins: readonly { readonly weight: number; readonly mean: number; readonly observed: number }[];
};

export type Reference = {
  readonly counts: Record<string, number>;
  readonly scored: ReferenceScore;
  readonly hindsight: ReferenceScore;
  /** The mean over the predictions that others forecast too; NaN if there are none. */
  readonly peer: { readonly predictions: number; readonly score: number };
};

export function referenceOf(log: Log, who: number, at: Instant): Reference {
  const visible = log.forecasts.filter((row) => row.who === who && row.recordedAt <= at);
  const groups = new Map<string, LoggedForecast[]>();
  for (const row of visible) {
    const name = groupOf(row, log, at);
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  const counts = Object.fromEntries([...groups].map(([name, rows]) => [name, rows.length]));
  const of = (name: string) => walk(groups.get(name) ?? [], log, at);
  return { counts, scored: of('scored'), hindsight: of('hindsight'), peer: peersOf(log, who, at) };
}

/** Visits every hour of every prediction and compares the forecasts that stood then. */
function peersOf(log: Log, who: number, at: Instant): Reference['peer'] {
  const scored = log.forecasts.filter((row) => row.recordedAt <= at && groupOf(row, log, at) === 'scored');
  const means: number[] = [];
  for (const prediction of new Set(scored.map((row) => row.prediction))) {
    const rows = scored.filter((row) => row.prediction === prediction);
    const { last: decision } = standingOf(log, prediction, at);
    if (decision === undefined) throw new Error('only what is resolved is scored');
    const given = (said: LoggedForecast) =>
      Math.log(Math.max(decision.outcome === 'yes' ? said.probability : 1 - said.probability, 1e-6));
    const differences: number[] = [];
    for (let hour = Math.min(...rows.map((row) => row.from)); hour < decision.from; hour += hourMs) {
      const own = latestAt(rows, who, hour);
      const others = [...new Set(rows.map((row) => row.who))]
        .filter((other) => other !== who)
        .map((other) => latestAt(rows, other, hour))
        .filter((said) => said !== undefined);
      if (own === undefined || others.length === 0) continue;
      differences.push(given(own) - others.reduce((sum, said) => sum + given(said), 0) / others.length);
    }
    if (differences.length > 0) means.push(100 * meanOf(differences));
  }
  return { predictions: means.length, score: meanOf(means) };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The forecast of a predictor that stood in an hour: the latest one, and of those made at the same time the one recorded last. */
function latestAt(rows: readonly LoggedForecast[], who: number, hour: Instant): LoggedForecast | undefined {
  let said: LoggedForecast | undefined;
  for (const row of rows)
    if (row.who === who && row.from <= hour && (said === undefined || row.from >= said.from)) said = row;
  return said;
}

function standingOf(log: Log, prediction: number, at: Instant) {
  const known = log.decisions.filter((row) => row.prediction === prediction && row.knownAt <= at);
  return { last: known.at(-1), firstKnownAt: known[0]?.knownAt ?? Number.POSITIVE_INFINITY };
}

function groupOf(row: LoggedForecast, log: Log, at: Instant): string {
  const { last, firstKnownAt } = standingOf(log, row.prediction, at);
  if (last === undefined) return 'waiting';
  if (!['yes', 'no'].includes(last.outcome)) return 'unanswered';
  if (row.version !== last.version) return 'other_criterion';
  const saidBy = row.to <= row.recordedAt ? row.to : row.recordedAt;
  if (!(saidBy <= last.from) || !(row.from < last.from)) return 'too_late';
  return row.recordedAt > firstKnownAt || row.recordedAt >= last.to ? 'hindsight' : 'scored';
}

function walk(rows: readonly LoggedForecast[], log: Log, at: Instant): ReferenceScore {
  const hours: Hour[] = [];
  const lasts: number[] = [];
  const predictions = [...new Set(rows.map((row) => row.prediction))];
  for (const prediction of predictions) {
    const { last: decision } = standingOf(log, prediction, at);
    if (decision === undefined) throw new Error('only what is resolved is scored');
    const own = rows.filter((row) => row.prediction === prediction);
    const came = decision.outcome === 'yes' ? 1 : 0;
    const stood: number[] = [];
    for (let hour = Math.min(...own.map((row) => row.from)); hour < decision.from; hour += hourMs) {
      const said = latestAt(own, own[0]?.who ?? 0, hour);
      if (said !== undefined) stood.push(said.probability);
    }
    for (const probability of stood) hours.push({ probability, came, weight: 1 / stood.length });
    lasts.push(((stood.at(-1) ?? 0) - came) ** 2);
  }
  return { predictions: predictions.length, forecasts: rows.length, ...meansOf(hours, lasts) };
}

function meansOf(hours: readonly Hour[], lasts: readonly number[]) {
  const sum = (of: (hour: Hour) => number, from = hours) => from.reduce((all, hour) => all + hour.weight * of(hour), 0);
  const n = lasts.length;
  const given = ({ probability, came }: Hour) => Math.max(came === 1 ? probability : 1 - probability, 1e-6);
  return {
    brier: sum((hour) => (hour.probability - hour.came) ** 2) / n,
    brierLast: lasts.reduce((all, square) => all + square, 0) / n,
    log: sum((hour) => Math.log(given(hour))) / n,
    bins: Array.from({ length: 10 }, (_, bin) => {
      const inside = hours.filter(({ probability }) => Math.min(Math.floor(probability * 10), 9) === bin);
      const weight = sum(() => 1, inside);
      return {
        weight,
        mean: sum((hour) => hour.probability, inside) / weight,
        observed: sum((hour) => hour.came, inside) / weight,
      };
    }),
  };
}

/** The start of the UTC day of an instant. */
export function dayOf(at: Instant): Instant {
  return at - (((at % dayMs) + dayMs) % dayMs);
}
