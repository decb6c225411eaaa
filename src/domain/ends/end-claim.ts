import type { Criterion } from '../criterion/criterion.ts';
import { type ExplanationNode, nodesOf } from '../evaluation/explanation.ts';
import { extentOfEnd } from '../evidence/ended-ids.ts';
import type { EndKind } from '../feeds/stated-end.ts';
import { formatDay, formatInstant, type Instant } from '../instant.ts';
import { type EndState, formatEndDate } from './end.ts';

/** Claims that are made from stated ends: "X is retired by D". */

/** The statement that a claim was made from. */
export type ClaimedEnd = {
  readonly vendor: string;
  readonly id: string;
  readonly kind: EndKind;
  /** A day or a month. */
  readonly date: string;
  /** Slug and origin of the feed that states it. */
  readonly feed: string;
  readonly origin: string;
  /** Who makes the claim: the vendor if the feed is a first party, otherwise the feed. */
  readonly by: string;
  readonly observationId: string;
  readonly statedSince: Instant;
};

/** The words and the criterion of a claim. */
export type EndClaim = {
  readonly slug: string;
  readonly statement: string;
  readonly finePrint: string;
  readonly locator: string;
  readonly madeAt: string;
  readonly criterion: Criterion;
  readonly fromEnd: ClaimedEnd;
};

/** An end of the same model, and an id under which the vendor lists the model. */
type Others = { readonly ends: readonly EndState[]; readonly listed: readonly string[] };

const slugCharsMax = 100;

/**
 * The claim that a stated end makes, or why it makes none. A criterion asks when a model is retired, so the source must state an end
 * of every id of the model by that date: the end of one snapshot is not the end of the model.
 */
export function claimFromEnd(end: EndState, others: Others): EndClaim | string {
  const { model, kind, date, statedSince } = end;
  const [source] = end.sources;
  if (model.slug === null) return 'it is an alias of changing models, and a criterion asks about one model';
  if (end.scope !== 'vendor') return 'no criterion asks about the service of a host or about a plan';
  if (kind === 'earliest')
    return 'its date is only the earliest possible one, so it does not say that the model ends by then';
  if (kind === null || kind === 'passed' || date === null || statedSince === null || source === undefined)
    return 'its source says that the model has ended, so there is nothing to claim';
  const last = others.ends.find((one) => one.scope === 'vendor' && (one.date?.to ?? date.to) > date.to);
  if (last !== undefined)
    return `the id ${last.id} of the same model ends later; make the claim from the end of that id`;
  const ended = [end, ...others.ends].filter((one) => one.scope === 'vendor').map(({ id }) => id);
  if (model.version === null) return 'its model has no version, so no criterion is about this model alone';
  if (extentOfEnd(ended, others.listed) !== 'whole')
    return `the vendor lists other ids of ${model.vendor}/${model.slug} for which no end is stated, and a criterion asks about the model`;
  const text = formatEndDate(date);
  return {
    slug: slugOf(`${model.vendor} ${end.id}`, text),
    statement: `${model.vendor} retires ${end.id} by ${text}.`,
    finePrint: `Made from an end of ${end.id} that the feed ${source.feed} states (${kind}, "${source.text ?? text}"). The criterion asks whether ${model.vendor} retires the model ${model.slug} by the last day of that date.`,
    locator: source.observationId,
    madeAt: formatDay(statedSince),
    criterion: {
      op: 'retired',
      model: {
        vendor: model.vendor,
        family: model.family,
        version: model.version,
        tier: model.tier === null ? null : [model.tier],
      },
      by: formatDay(date.to - 1),
    },
    fromEnd: {
      vendor: model.vendor,
      id: end.id,
      kind,
      date: text,
      feed: source.feed,
      origin: source.origin,
      by: source.trust === 'first_party' ? model.vendor : source.feed,
      observationId: source.observationId,
      statedSince,
    },
  };
}

/** The same for the same id and date, so that a repetition finds the claim. */
function slugOf(subject: string, date: string): string {
  const end = `-retired-by-${date}`;
  const words = subject.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return `${words
    .join('-')
    .slice(0, slugCharsMax - end.length)
    .replace(/-+$/, '')}${end}`;
}

/**
 * Whether evidence only repeats the statement that a claim was made from: a first party whose feed has another origin is not among
 * it. What catalogues state is copied from the same pages. Absence from several origins is no statement.
 */
export function isSelfStated(
  claim: Pick<ClaimedEnd, 'origin'>,
  found: {
    readonly explanation: ExplanationNode;
    readonly evidence: readonly string[];
    readonly missChance: number | null;
  },
): boolean {
  if (found.missChance !== null) return false;
  const decisive = new Set(found.evidence);
  return !nodesOf(found.explanation)
    .flatMap(({ witnesses }) => witnesses)
    .some(
      ({ observation_id: id, trust, origin }) => decisive.has(id) && trust === 'first_party' && origin !== claim.origin,
    );
}

/** The statement as documents show it. */
export function claimedEndToJson(end: ClaimedEnd) {
  const { vendor, id, kind, date, feed, observationId, statedSince } = end;
  return { vendor, id, kind, date, feed, observation_id: observationId, stated_since: formatInstant(statedSince) };
}
