import type { Child } from 'hono/jsx';
import type { Interval } from '../../../domain/instant.ts';
import { coverOf, fullSpan, place, TimeAxis, timeScale } from './axis.tsx';
import { Figure, type PlotTable } from './figure.tsx';
import { Mark, type Shape } from './shape.tsx';

/** The most marks of one timeline. Callers say what they left out. */
export const timelineMarksMax = 200;

export type TimelineMark = {
  /** A moment if both are the same; otherwise it happened somewhere between, which a line shows. */
  readonly at: Interval;
  readonly label: string;
  readonly shape: Shape;
};

export type TimelineLane = { readonly name: string; readonly marks: readonly TimelineMark[] };

type TimelineProps = {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly lanes: readonly TimelineLane[];
  readonly caption?: Child;
  readonly table?: PlotTable;
};

const laneHeight = 44;
/** From the top of a lane to its name and to its marks. */
const nameBelow = 14;
const marksBelow = 28;
const axisHeight = 24;
/** An uncertain time that takes less of the width than this is drawn as a moment. */
const lineMin = 1.5;

/** Marks over time, in one lane for each kind. */
export function Timeline({ lanes, ...figure }: TimelineProps) {
  const cover = coverOf(lanes.flatMap(({ marks }) => marks.map(({ at }) => at)));
  if (cover === null) return null;
  const scale = timeScale(cover, fullSpan);
  const bottom = lanes.length * laneHeight;
  return (
    <Figure {...figure} height={bottom + axisHeight}>
      <TimeAxis ticks={scale.ticks} top={0} bottom={bottom} />
      {lanes.map(({ name, marks }, index) => {
        const top = index * laneHeight;
        return (
          <g>
            <text x={place(fullSpan.left)} y={top + nameBelow} class="lane">
              {name}
            </text>
            <line
              class="rail"
              x1={place(fullSpan.left)}
              x2={place(fullSpan.right)}
              y1={top + marksBelow}
              y2={top + marksBelow}
            />
            {marks.map((mark) => (
              <TimelineItem mark={mark} y={top + marksBelow} at={scale.at} />
            ))}
          </g>
        );
      })}
    </Figure>
  );
}

type ItemProps = { readonly mark: TimelineMark; readonly y: number; readonly at: (instant: number) => number };

function TimelineItem({ mark: { at: interval, label, shape }, y, at }: ItemProps) {
  const from = at(interval.from);
  const to = at(interval.to);
  if (to - from < lineMin) return <Mark shape={shape} x={to} y={y} label={label} />;
  return (
    <>
      <line class="unsure" x1={place(from)} x2={place(to)} y1={y} y2={y} />
      <Mark shape={shape} x={(from + to) / 2} y={y} label={label} />
    </>
  );
}
