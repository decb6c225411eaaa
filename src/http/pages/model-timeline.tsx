import { feedTitle } from '../../domain/feeds/feed-title.ts';
import { type Interval, parseDate, parseEffective } from '../../domain/instant.ts';
import type { Model } from '../models/json.ts';
import { counted } from './counted.ts';
import { Timeline, type TimelineLane, type TimelineMark, timelineMarksMax } from './plots/timeline.tsx';

/** What feeds showed and stated of a model, in one lane for each kind. The tables of its page have the same numbers. */
export function ModelTimeline({ model }: { readonly model: Model }) {
  const lanes = lanesOf(model);
  const marks = lanes.reduce((sum, lane) => sum + lane.marks.length, 0);
  return (
    <Timeline
      id="model-plot"
      title={`${model.slug} over time`}
      description={`${counted(marks, 'mark')} in ${counted(lanes.length, 'lane')}: ${lanes.map(({ name }) => name).join('; ')}. The tables below have the same facts.`}
      lanes={lanes}
      caption={`A line shows a time that is only known as a range. ${
        model.witnesses_total > model.witnesses.length || marks === timelineMarksMax ? 'Not every row is drawn.' : ''
      }`.trim()}
    />
  );
}

function lanesOf(model: Model): TimelineLane[] {
  const { witnesses, retirement } = model;
  const released = model.occurred === null ? null : parseEffective(model.occurred);
  const lanes: TimelineLane[] = [
    { name: 'Released', marks: finite(released).map((at) => ({ at, label: model.occurred ?? '', shape: 'star' })) },
    {
      name: `First listed (${witnesses.length})`,
      marks: witnesses.flatMap((row) => markOf(row.seen_from, `${feedTitle(row.feed)}: ${row.name}`, 'circle')),
    },
    {
      name: 'Stated release dates',
      marks: uniqueBy(
        witnesses.flatMap((row) =>
          row.dates.flatMap((date) =>
            markOf(date.text, `${feedTitle(row.feed)}: ${date.text}`, date.use === 'used' ? 'diamond' : 'cross'),
          ),
        ),
      ),
    },
    {
      name: 'No longer listed',
      marks: witnesses.flatMap((row) =>
        row.gone_at === null ? [] : markOf(row.gone_at, `${feedTitle(row.feed)}: ${row.name}`, 'square'),
      ),
    },
    {
      name: 'Stated ends',
      marks: uniqueBy(
        (retirement?.stated ?? []).flatMap((end) =>
          markOf(end.text, `${feedTitle(end.feed)}: ${end.text}, ${end.kind}`, 'triangle'),
        ),
      ),
    },
  ];
  return lanes.filter(({ marks }) => marks.length > 0).map((lane) => ({ ...lane, marks: lane.marks.slice(0, 60) }));
}

function markOf(text: string, label: string, shape: TimelineMark['shape']): TimelineMark[] {
  const at = parseDate(text)?.interval;
  return at === undefined ? [] : [{ at, label, shape }];
}

/** An interval without a beginning counts as its end. */
function finite(interval: Interval | null): Interval[] {
  if (interval === null || !Number.isFinite(interval.to)) return [];
  return [{ from: Number.isFinite(interval.from) ? interval.from : interval.to, to: interval.to }];
}

/** One mark for each label: rows that state the same share it. */
function uniqueBy(marks: readonly TimelineMark[]): TimelineMark[] {
  return [...new Map(marks.map((mark) => [mark.label, mark])).values()];
}
