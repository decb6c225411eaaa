import type { Criterion, ModelPattern } from '../../src/domain/criterion/criterion.ts';
import { defaultPolicy, type EvidencePolicy } from '../../src/domain/criterion/policy.ts';
import { type Evaluation, evaluate, type Terms } from '../../src/domain/evaluation/evaluate.ts';
import type { CoverageTable } from '../../src/domain/evidence/coverage-table.ts';
import {
  type FeedFacts,
  type ItemVersion,
  readsKey,
  type Sighting,
  type Timeline,
} from '../../src/domain/evidence/timeline.ts';
import { dayMs, hourMs, type Instant, parseDate } from '../../src/domain/instant.ts';
import { coverageByLag, type OriginRecord } from './coverage.ts';

/** Small timelines that are easy to read. Moments are written as dates or as instants in UTC. */

export type When = string | Instant;

/** The start of a day, or an instant: `2025-08-07`, `2025-08-07T12:00`. */
export function at(when: When): Instant {
  if (typeof when === 'number') return when;
  const text = /T\d\d:\d\d$/.test(when) ? `${when}Z` : when;
  const date = parseDate(text);
  if (date === null) throw new Error(`${when} is no moment`);
  return date.interval.from;
}

export type TestFeed = FeedFacts & {
  readonly reads: readonly Instant[];
  readonly frozen: Readonly<Record<string, readonly Instant[]>>;
};

/** Reads at regular hours, both ends included. */
export function polls(from: When, to: When, everyHours = 6): Instant[] {
  const reads: Instant[] = [];
  for (let moment = at(from); moment <= at(to); moment += everyHours * hourMs) reads.push(moment);
  return reads;
}

/** A feed with the moments at which it was read; curated, covering OpenAI, without lag, unless specified otherwise. */
export function feed(
  slug: string,
  more: Partial<Omit<TestFeed, 'reads' | 'settlementLagMs'>> & {
    reads?: readonly When[];
    lagHours?: number;
  } = {},
): TestFeed {
  const { reads = [], lagHours = 0, ...facts } = more;
  return {
    id: slug,
    slug,
    trust: 'curated',
    origin: slug,
    covers: ['openai'],
    frozen: {},
    ...facts,
    settlementLagMs: lagHours * hourMs,
    reads: reads.map(at),
  };
}

export type TestVersion = {
  at?: When;
  released?: string;
  weight?: 'stands' | 'curated';
  slackDays?: number;
  stage?: ItemVersion['stage'];
  trust?: ItemVersion['itemTrust'];
  /** US dollars per million output tokens. Default: the row states no price. */
  price?: number;
  attributes?: ItemVersion['attributes'];
  shutdown?: string;
  end?: ItemVersion['end'];
  successor?: string;
  lifecycle?: ItemVersion['lifecycle'];
  isActive?: boolean;
};

export type TestSighting = TestVersion & {
  name?: string;
  seen: When;
  /** Default: the feed's last read before `seen`. */
  absent?: When | null;
  gone?: When;
  host?: string;
  own?: boolean;
  model?: Partial<Sighting['model']>;
  /** Later versions of the same item. */
  edits?: readonly TestVersion[];
  id?: string;
};

/** One listing of `gpt-5` in the vendor's own namespace, unless specified otherwise. */
export function sighting(feedOf: TestFeed, story: TestSighting): Sighting {
  const seenFrom = at(story.seen);
  const name = story.name ?? 'gpt-5';
  const before = feedOf.reads.filter((read) => read < seenFrom).at(-1) ?? null;
  const id = story.id ?? `${feedOf.slug}/${story.host ?? ''}/${name}@${new Date(seenFrom).toISOString()}`;
  return {
    feedId: feedOf.id,
    itemKey: `${story.host ?? ''}/${name}`,
    name,
    host: story.host ?? null,
    model: {
      vendor: 'openai',
      family: 'gpt',
      version: '5',
      tier: null,
      own: story.own ?? story.host === undefined,
      snapshotDay: null,
      ...story.model,
    },
    seenFrom,
    absentAt: story.absent === undefined ? before : story.absent === null ? null : at(story.absent),
    goneAt: story.gone === undefined ? null : at(story.gone),
    versions: [{ ...story, at: story.at ?? story.seen }, ...(story.edits ?? [])].map((version, index) => ({
      observationId: `${id}#${index}`,
      observedAt: at(version.at ?? story.seen),
      itemTrust: version.trust ?? null,
      stage: version.stage ?? 'general',
      released:
        version.released === undefined
          ? null
          : {
              text: version.released,
              weight: version.weight ?? 'curated',
              ...(version.slackDays !== undefined && { slackDays: version.slackDays }),
            },
      ...statedFacts(version),
    })),
  };
}

function statedFacts({
  price,
  attributes,
  shutdown,
  end,
  successor,
  lifecycle,
  isActive,
}: TestVersion): Partial<ItemVersion> {
  const stated = { ...attributes, ...(price === undefined ? {} : { output_usd_per_mtok: price }) };
  return {
    ...(Object.keys(stated).length === 0 ? {} : { attributes: stated }),
    ...(shutdown === undefined ? {} : { shutdown }),
    ...(end === undefined ? {} : { end }),
    ...(successor === undefined ? {} : { successor }),
    ...(lifecycle === undefined ? {} : { lifecycle }),
    ...(isActive === true && { isActive }),
  };
}

const tables = new Map<string, CoverageTable>();

/** A table in which each origin lists everything within the lag of its feeds, and never missed anything after that. */
function coverageByLags(feeds: readonly TestFeed[]): CoverageTable {
  const records = new Map<string, OriginRecord>();
  for (const { origin, settlementLagMs, trust } of feeds) {
    const held = records.get(origin);
    records.set(origin, {
      lagDays: Math.max(held?.lagDays ?? 0, settlementLagMs / dayMs),
      firstParty: trust === 'first_party' || held?.firstParty === true,
    });
  }
  const key = [...records].map(([origin, record]) => `${origin}:${JSON.stringify(record)}`).join(' ');
  const table = tables.get(key) ?? coverageByLag((origin) => records.get(origin) ?? null);
  tables.set(key, table);
  return table;
}

const testVendors = ['openai', 'anthropic', 'google', 'xai', 'any'];

export function timeline(feeds: readonly TestFeed[], sightings: readonly Sighting[]): Timeline {
  const reads = new Map<string, readonly Instant[]>();
  for (const { id, reads: all, frozen } of feeds) {
    const frozenAtAll = Object.values(frozen).flat();
    for (const vendor of testVendors) {
      const lost = vendor === 'any' ? frozenAtAll : (frozen[vendor] ?? []);
      reads.set(
        readsKey(id, vendor),
        [...all].sort((a, b) => a - b).filter((read) => !lost.includes(read)),
      );
    }
  }
  return { feeds: new Map(feeds.map((one) => [one.id, one])), sightings, reads, coverage: coverageByLags(feeds) };
}

/** "An unsuffixed GPT-5 is released", with the given changes. */
export function released(
  more: Partial<ModelPattern> & { from?: string; by?: string } = {},
): Extract<Criterion, { op: 'released' }> {
  const { from, by, ...model } = more;
  return {
    op: 'released',
    model: { vendor: 'openai', family: 'gpt', version: '5', tier: null, ...model },
    ...(from === undefined ? {} : { from }),
    ...(by === undefined ? {} : { by }),
  };
}

/** A pattern for every GPT of version 5 or later, so never for a single model. */
export const anyFive = { version: { gte: '5' }, tier: 'any' } as const;

export function terms(more: { made?: When; policy?: Partial<EvidencePolicy> } = {}): Terms {
  return {
    madeFrom: at(more.made ?? '2025-08-01'),
    policy: { ...defaultPolicy, ...more.policy },
    styleOf: (vendor) => (vendor === 'xai' ? 'decimal' : 'components'),
  };
}

/** The evaluation at a moment, for a claim made on 2025-08-01 under the default policy unless specified otherwise. */
export function ask(
  criterion: Criterion,
  world: Timeline,
  when: When,
  more: { made?: When; policy?: Partial<EvidencePolicy> } = {},
): Evaluation {
  return evaluate(criterion, world, at(when), terms(more));
}

/** Verdict, effective date and reason in one line: `yes 2025-08-07 released_in_window`. */
export function outcome(evaluation: Evaluation): string {
  const { verdict, effectiveAt, explanation } = evaluation;
  return [verdict, effectiveAt, explanation.reason].filter((part) => part !== null).join(' ');
}
