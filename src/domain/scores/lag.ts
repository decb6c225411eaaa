import { dayMs, hourMs } from '../instant.ts';

/** The upper bounds of the bins, inclusive, and the name of each. */
const bounds: readonly { readonly name: string; readonly to: number }[] = [
  { name: 'within an hour', to: hourMs },
  { name: 'within a day', to: dayMs },
  { name: '1 to 3 days', to: 3 * dayMs },
  { name: '3 to 7 days', to: 7 * dayMs },
  { name: '7 to 30 days', to: 30 * dayMs },
  { name: '30 days to a year', to: 365 * dayMs },
  { name: 'more than a year', to: Number.POSITIVE_INFINITY },
];

export type LagBin = { readonly name: string; readonly count: number };

/** Numbers of lags, in milliseconds, by how long they are. A negative one counts as none: the event is only known as a range. */
export function lagBins(lags: readonly number[]): LagBin[] {
  const counts = bounds.map(() => 0);
  for (const lag of lags) {
    const bin = bounds.findIndex(({ to }) => lag <= to);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return bounds.map(({ name }, bin) => ({ name, count: counts[bin] ?? 0 }));
}
