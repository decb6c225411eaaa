import { type ExplanationNode, nodesOf } from '../../domain/evaluation/explanation.ts';
import { feedTitle } from '../../domain/feeds/feed-title.ts';
import { type Interval, parseEffective } from '../../domain/instant.ts';
import type { PredictionJson } from '../predictions/json.ts';
import { counted } from './counted.ts';
import { Said } from './links.tsx';
import type { Shape } from './plots/shape.tsx';
import { Timeline } from './plots/timeline.tsx';
import { When } from './when.tsx';

type Entry = { readonly at: string; readonly label: string; readonly shape: Shape };
type Lane = { readonly name: string; readonly entries: readonly Entry[] };

/** The most marks of a lane. */
const laneMarksMax = 30;

/** When the claim was made, what was seen and how far feeds were read, and what came of it. */
export function EvidencePlot({
  prediction,
  explanation,
}: {
  readonly prediction: PredictionJson;
  readonly explanation: ExplanationNode | null;
}) {
  const all = [...lanesOfEvidence(explanation), ...lanesOfClaim(prediction)];
  const lanes = all
    .map(({ name, entries }) => ({ name, entries: entries.filter(({ at }) => intervalOf(at) !== null) }))
    .filter(({ entries }) => entries.length > 0);
  const left = lanes.reduce((sum, { entries }) => sum + Math.max(0, entries.length - laneMarksMax), 0);
  const shown = lanes.map(({ name, entries }) => ({ name, entries: entries.slice(0, laneMarksMax) }));
  return (
    <Timeline
      id="evidence-plot"
      title="Claim, evidence and outcome over time"
      description={`${shown.map(({ name, entries }) => `${name}: ${counted(entries.length, 'mark')}`).join('; ')}.`}
      lanes={shown.map(({ name, entries }) => ({ name, marks: entries.flatMap(markOf) }))}
      caption={`A line shows a time that is only known as a range.${left === 0 ? '' : ` ${counted(left, 'entry', 'entries')} are not drawn.`}`}
      table={{
        isFolded: true,
        columns: ['What', 'When', 'Kind'],
        rows: shown.flatMap(({ name, entries }) =>
          entries.map(({ at, label }) => [<Said>{label}</Said>, <When at={at} />, name]),
        ),
      }}
    />
  );
}

function markOf({ at, label, shape }: Entry) {
  const interval = intervalOf(at);
  return interval === null ? [] : [{ at: interval, label: `${label}, ${at}`, shape }];
}

/** An interval with an unknown bound counts as the other one. */
function intervalOf(at: string): Interval | null {
  const parsed = parseEffective(at);
  if (parsed === null) return null;
  const from = Number.isFinite(parsed.from) ? parsed.from : parsed.to;
  const to = Number.isFinite(parsed.to) ? parsed.to : parsed.from;
  return Number.isFinite(from) && Number.isFinite(to) ? { from, to } : null;
}

function lanesOfClaim({ made_at, recorded_at, resolve_by, resolution }: PredictionJson): Lane[] {
  return [
    {
      name: 'Claim',
      entries: [
        { at: made_at, label: 'made', shape: 'circle' },
        { at: recorded_at, label: 'recorded', shape: 'square' },
        ...(resolve_by === null ? [] : [{ at: resolve_by, label: 'deadline', shape: 'diamond' as const }]),
      ],
    },
    ...(resolution === null
      ? []
      : [
          {
            name: 'Outcome',
            entries: [{ at: resolution.effective_at, label: `outcome: ${resolution.outcome}`, shape: 'star' as const }],
          },
          {
            name: 'Known and recorded',
            entries: [
              { at: resolution.known_at, label: 'the evidence sufficed', shape: 'triangle' as const },
              { at: resolution.decided_at, label: 'resolution recorded', shape: 'square' as const },
            ],
          },
        ]),
  ];
}

function lanesOfEvidence(explanation: ExplanationNode | null): Lane[] {
  const nodes = explanation === null ? [] : nodesOf(explanation);
  const seen = nodes.flatMap(({ witnesses }) =>
    witnesses.map(({ observed_at, feed, name }) => ({
      at: observed_at,
      label: `${name} in ${feedTitle(feed)}`,
      shape: 'circle' as const,
    })),
  );
  const read = nodes.flatMap(({ watermarks }) =>
    watermarks.flatMap(({ feed, watermark }) =>
      watermark === null ? [] : [{ at: watermark, label: `${feedTitle(feed)} read`, shape: 'triangle' as const }],
    ),
  );
  return [
    { name: 'Seen in a feed', entries: unique(seen) },
    { name: 'Feeds read up to', entries: unique(read) },
  ];
}

/** Nodes repeat the same evidence. */
function unique(entries: readonly Entry[]): Entry[] {
  return [...new Map(entries.map((entry) => [`${entry.at} ${entry.label}`, entry])).values()];
}
