import { parseDate } from '../../domain/instant.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * A moment or a period as people write it, in UTC: `2025`, `Jan 2025`, `7 Aug 2025`, `8 Aug 2025, 00:00 UTC`. The exact
 * text is in the tooltip. Intervals (`start/end`) are two of these.
 */
export function Time({ at }: { readonly at: string }) {
  const [start = at, end] = at.split('/');
  if (end === undefined) return <Moment at={at} />;
  return (
    <>
      <Moment at={start} /> to <Moment at={end} />
    </>
  );
}

function Moment({ at }: { readonly at: string }) {
  const words = describeMoment(at);
  if (words === null) return <>{at}</>;
  return (
    <time datetime={at} title={at}>
      {words}
    </time>
  );
}

/** Null for text that is no date. */
export function describeMoment(at: string): string | null {
  const parsed = parseDate(at);
  if (parsed === null) return null;
  const iso = new Date(parsed.interval.from).toISOString();
  const year = iso.slice(0, 4);
  const month = months[Number(iso.slice(5, 7)) - 1];
  const day = `${Number(iso.slice(8, 10))} ${month} ${year}`;
  switch (parsed.precision) {
    case 'year':
      return year;
    case 'month':
      return `${month} ${year}`;
    case 'day':
      return day;
    case 'instant':
      return `${day}, ${iso.slice(11, 16)} UTC`;
  }
}
