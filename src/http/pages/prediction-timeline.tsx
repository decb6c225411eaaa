import type { Child } from 'hono/jsx';
import { type ExplanationNode, nodesOf, type Witness } from '../../domain/evaluation/explanation.ts';
import { feedTitle } from '../../domain/feeds/feed-title.ts';
import { parseDate, parseEffective } from '../../domain/instant.ts';
import type { PredictionJson } from '../predictions/json.ts';
import { Link, Said } from './links.tsx';
import { Section } from './parts.tsx';
import { EvidencePlot } from './prediction-plot.tsx';
import { Time } from './time.tsx';

type Moment = {
  readonly at: string;
  readonly what: Child;
  /** True if it may lie ahead of the moment that the page is about. */
  readonly isAhead?: boolean;
};

/** First sightings on the page. */
const sightingsMax = 8;

/** What happened, in the order in which it did: the claim, what was seen of the models it is about, and what came of it. */
export function Timeline({
  prediction,
  explanation,
}: {
  readonly prediction: PredictionJson;
  readonly explanation: ExplanationNode | null;
}) {
  const { as_of: stamp } = prediction;
  const moments = [...momentsOf(prediction), ...sightingsOf(explanation)]
    .filter(({ at, isAhead }) => stamp === null || isAhead === true || startOf(at) <= startOf(stamp.at))
    .sort((a, b) => startOf(a.at) - startOf(b.at));
  return (
    <Section id="timeline" title="Timeline">
      <EvidencePlot prediction={prediction} explanation={explanation} />
      <ol class="timeline">
        {moments.map(({ at, what }) => (
          <li>
            <span class="when">
              <Time at={at} />
            </span>
            <span>{what}</span>
          </li>
        ))}
      </ol>
    </Section>
  );
}

function momentsOf({ made_at, recorded_at, resolve_by, resolution, withdrawn_at }: PredictionJson): Moment[] {
  return [
    { at: made_at, what: 'The claim was made' },
    { at: recorded_at, what: 'It was recorded here' },
    ...(resolve_by === null ? [] : [{ at: resolve_by, what: 'Deadline', isAhead: true }]),
    ...(withdrawn_at === null ? [] : [{ at: withdrawn_at, what: 'It was withdrawn' }]),
    ...(resolution === null
      ? []
      : [
          { at: resolution.effective_at, what: <strong>The outcome: {resolution.outcome}</strong> },
          ...(resolution.decided_by === 'resolver' ? [{ at: resolution.known_at, what: 'The evidence sufficed' }] : []),
          { at: resolution.decided_at, what: 'The resolution was recorded' },
        ]),
  ];
}

/** The first sighting of each name in each feed. */
function sightingsOf(explanation: ExplanationNode | null): Moment[] {
  const first = new Map<string, Witness>();
  for (const witness of explanation === null ? [] : nodesOf(explanation).flatMap((node) => node.witnesses)) {
    const key = `${witness.feed}/${witness.name}`;
    const known = first.get(key);
    if (known === undefined || startOf(witness.observed_at) < startOf(known.observed_at)) first.set(key, witness);
  }
  return [...first.values()].slice(0, sightingsMax).map(({ feed, name, observation_id, observed_at }) => ({
    at: observed_at,
    what: (
      <>
        <Link to={`/observations/${encodeURIComponent(observation_id)}`}>
          <Said>{name}</Said>
        </Link>{' '}
        seen in {feedTitle(feed)}
      </>
    ),
  }));
}

/** The start of a date, an instant or an interval; a text that is none of them comes first. */
function startOf(at: string): number {
  return parseEffective(at)?.from ?? parseDate(at)?.interval.from ?? 0;
}
