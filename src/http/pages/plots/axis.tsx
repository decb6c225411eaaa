import { scaleLinear, scaleUtc } from 'd3-scale';
import type { Instant, Interval } from '../../../domain/instant.ts';
import { dayMs } from '../../../domain/instant.ts';

/** The part of the width that the plot itself takes; the rest is for the labels beside it. */
export type Span = { readonly left: number; readonly right: number };

/** All of the width, except what marks at the ends need. */
export const fullSpan: Span = { left: 2, right: 98 };

/** A percentage with two decimals: the position of an element. */
export function place(value: number): string {
  return `${Math.round(value * 100) / 100}%`;
}

/** Positions of shares from 0 to 1 along the width. */
export function shareScale({ left, right }: Span): (share: number) => number {
  return scaleLinear().domain([0, 1]).range([left, right]).clamp(true);
}

export type TimeScale = {
  /** The position of an instant along the width. Instants beyond the ends are at the ends. */
  readonly at: (instant: Instant) => number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
};

/** The least time that an axis shows, so that a single moment is not an axis without length. */
const spanMsMin = 2 * dayMs;

/** Ticks that fit beside each other on the narrowest page. */
const ticksWanted = 4;

/** A time axis over all of the intervals. */
export function timeScale({ from, to }: Interval, { left, right }: Span): TimeScale {
  const short = Math.max(0, spanMsMin - (to - from)) / 2;
  const start = new Date(from - short);
  const end = new Date(to + short);
  const scale = scaleUtc().domain([start, end]).range([left, right]).clamp(true);
  const ticks = scale.ticks(ticksWanted);
  const label = labelOf(ticks);
  return { at: (instant) => scale(instant), ticks: ticks.map((tick) => ({ at: scale(tick), label: label(tick) })) };
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Labels as precise as the ticks need: years, months or days. */
function labelOf(ticks: readonly Date[]): (tick: Date) => string {
  const isYears = ticks.every((tick) => tick.getUTCMonth() === 0 && tick.getUTCDate() === 1);
  const isMonths = ticks.every((tick) => tick.getUTCDate() === 1);
  const isDays = ticks.every((tick) => tick.getTime() % dayMs === 0);
  return (tick) => {
    const month = months[tick.getUTCMonth()] ?? '';
    if (isYears) return String(tick.getUTCFullYear());
    if (isMonths) return `${month} ${tick.getUTCFullYear()}`;
    if (isDays) return `${tick.getUTCDate()} ${month}`;
    return `${tick.getUTCDate()} ${month}, ${tick.toISOString().slice(11, 16)}`;
  };
}

/** The lines and labels of a time axis: lines from `top` to `bottom`, labels below. */
export function TimeAxis({ ticks, top, bottom }: Pick<TimeScale, 'ticks'> & Record<'top' | 'bottom', number>) {
  return (
    <g class="axis">
      {ticks.map(({ at, label }) => (
        <g>
          <line x1={place(at)} x2={place(at)} y1={top} y2={bottom} />
          <text x={place(at)} y={bottom + 16} text-anchor={anchorAt(at)}>
            {label}
          </text>
        </g>
      ))}
    </g>
  );
}

/** Labels near the ends of the width must not leave it. */
export function anchorAt(at: number): 'start' | 'middle' | 'end' {
  if (at < 12) return 'start';
  return at > 88 ? 'end' : 'middle';
}

/** The smallest interval with all of the intervals; null if there are none. */
export function coverOf(intervals: readonly Interval[]): Interval | null {
  if (intervals.length === 0) return null;
  return {
    from: intervals.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY),
    to: intervals.reduce((most, { to }) => Math.max(most, to), Number.NEGATIVE_INFINITY),
  };
}
