import type { EventLeaf } from '../criterion/criterion.ts';
import type { EvidencePolicy } from '../criterion/policy.ts';
import { weighAttribute } from '../evidence/attribute.ts';
import {
  type FeedFacts,
  type ItemVersion,
  knownSighting,
  type Sighting,
  speaksOf,
  type Timeline,
} from '../evidence/timeline.ts';
import type { Attributes } from '../feeds/item.ts';
import type { Trust } from '../feeds/trust.ts';
import type { Instant, Interval } from '../instant.ts';

export type AttributeName = Extract<EventLeaf, { op: 'attribute' }>['name'];

/** The names of the attributes, in the order in which responses list them. */
export const attributeNames = [
  'input_usd_per_mtok',
  'output_usd_per_mtok',
  'context_tokens',
  'open_weights',
  'parameters',
] as const satisfies readonly AttributeName[];

/** A row that publishes a value. */
export type AttributeSource = {
  readonly sighting: Sighting;
  readonly feed: FeedFacts;
  readonly trust: Trust;
  readonly observationId: string;
  /** Since when the row has published it without a break. */
  readonly since: Instant;
};

/** One value of an attribute, as the vendor's own rows publish it. */
export type AttributeFact = {
  readonly name: AttributeName;
  readonly value: number | boolean;
  /** The grade that a prediction of exactly this value would give the evidence; null when there is no evidence yet. */
  readonly grade: 'admissible' | 'short' | null;
  /** Since when it holds, as far as the evidence bounds it. */
  readonly since: Interval | null;
  readonly missing: string | null;
  readonly sources: readonly AttributeSource[];
};

/** The most values that are listed for one attribute of one model. */
export const valuesPerAttributeMax = 20;

type Moment = { readonly at: Instant; readonly policy: EvidencePolicy };

/**
 * The attributes of a model, as the vendor's own rows last published them. Rows of hosts do not count, because hosts
 * set their own prices and limits. Differing values are listed side by side, each weighed by the rule that settles
 * predictions.
 */
export function listAttributes(timeline: Timeline, sightings: readonly Sighting[], moment: Moment): AttributeFact[] {
  return attributeNames.flatMap((name) => {
    const byValue = new Map<number | boolean, AttributeSource[]>();
    for (const sighting of sightings) {
      const source = sourceOf(timeline, sighting, name, moment.at);
      if (source !== null) byValue.set(source.value, [...(byValue.get(source.value) ?? []), source]);
    }
    const facts = [...byValue].map(([value, sources]) => factOf(timeline, sightings, { name, value, sources }, moment));
    facts.sort((a, b) => b.sources.length - a.sources.length || Number(a.value) - Number(b.value));
    return facts.slice(0, valuesPerAttributeMax);
  });
}

function factOf(
  timeline: Timeline,
  sightings: readonly Sighting[],
  { name, value, sources }: { name: AttributeName; value: number | boolean; sources: AttributeSource[] },
  { at, policy }: Moment,
): AttributeFact {
  const window = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  const { evidence } = weighAttribute(timeline, sightings, {
    at,
    policy,
    stage: 'any',
    name,
    is: { eq: value },
    window,
  });
  sources.sort((a, b) => a.since - b.since || a.observationId.localeCompare(b.observationId, 'en'));
  return {
    name,
    value,
    grade: evidence?.grade ?? null,
    since: evidence === null ? null : (evidence.effective ?? evidence.occurred),
    missing: evidence?.missing ?? null,
    sources,
  };
}

function sourceOf(
  timeline: Timeline,
  sighting: Sighting,
  name: keyof Attributes,
  at: Instant,
): (AttributeSource & { readonly value: number | boolean }) | null {
  const row = speaksOf(timeline, sighting, 'attribute') ? knownSighting(timeline, sighting, at) : null;
  if (row === null || row === 'announced' || row.goneAt !== null) return null;
  if (!sighting.model.own && row.trust !== 'first_party') return null;
  const value = row.version.attributes?.[name];
  if (value === undefined) return null;
  const first = firstWith(sighting.versions, row.version, name);
  return {
    sighting,
    feed: row.feed,
    trust: row.trust,
    observationId: first.observationId,
    since: Math.max(first.observedAt, sighting.seenFrom),
    value,
  };
}

/** The first version of the unbroken run that has the value of the last version and ends with it. */
function firstWith(versions: readonly ItemVersion[], last: ItemVersion, name: keyof Attributes): ItemVersion {
  let first = last;
  for (let index = versions.indexOf(last) - 1; index >= 0; index -= 1) {
    const version = versions[index];
    if (version === undefined || version.attributes?.[name] !== last.attributes?.[name]) break;
    first = version;
  }
  return first;
}
