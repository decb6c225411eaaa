import type { Child } from 'hono/jsx';
import { place } from './axis.tsx';
import { Figure } from './figure.tsx';

export type Bar = { readonly name: string; readonly count: number };

const rowHeight = 40;
/** The part of the width that the longest bar takes; the rest is for its number. */
const longest = 88;

type BarsProps = {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly bars: readonly Bar[];
  /** What is counted and what the bars are by: the heads of the table. */
  readonly columns: readonly [by: string, counted: string];
  readonly caption?: Child;
};

/** Numbers by kind, as horizontal bars. */
export function Bars({ bars, columns, ...figure }: BarsProps) {
  const most = bars.reduce((max, { count }) => Math.max(max, count), 0);
  if (most === 0) return null;
  return (
    <Figure
      {...figure}
      height={bars.length * rowHeight}
      table={{ columns, rows: bars.map(({ name, count }) => [name, String(count)]), numeric: [1] }}
    >
      {bars.map(({ name, count }, index) => {
        const top = index * rowHeight;
        const length = (count / most) * longest;
        return (
          <g>
            <text x="0" y={top + 14} class="lane">
              {name}
            </text>
            <rect class="bar" x="0" y={top + 19} width={place(length)} height="14" />
            <text x={place(length + 1)} y={top + 31}>
              {count}
            </text>
          </g>
        );
      })}
    </Figure>
  );
}
