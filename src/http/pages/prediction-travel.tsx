import { formatInstant, type Instant, parseDate, parseInstant } from '../../domain/instant.ts';
import type { PredictionJson } from '../predictions/json.ts';
import { Link } from './links.tsx';
import { Section } from './parts.tsx';
import { useSite } from './site.ts';

/** A form that shows the prediction as it was known at another moment, and moments worth a look. */
export function Travel({ prediction, now }: { readonly prediction: PredictionJson; readonly now: Instant }) {
  const { root, path } = useSite();
  const { as_of: stamp, slug } = prediction;
  const day = stamp === null ? '' : stamp.at.slice(0, 10);
  const moments = momentsOf(prediction, now);
  return (
    <Section id="as-of" title="As it was known then">
      <p class="muted">
        Only what had been observed by that moment counts. What is observed later never changes such an answer.
      </p>
      <form class="travel" action={`${root}${path}`} method="get">
        <p class="field">
          <label for="as_of">At the end of (UTC)</label>
          <input id="as_of" name="as_of" type="date" value={day} min="2020-01-01" required />
        </p>
        <p class="actions">
          <button type="submit">Go there</button>
          {stamp === null ? null : <Link to={`/predictions/${slug}`}>Now</Link>}
        </p>
      </form>
      {moments.length === 0 ? null : (
        <p class="small">
          Or:{' '}
          {moments.map(({ at, title }, index) => (
            <>
              {index === 0 ? null : ', '}
              <Link to={`/predictions/${slug}?as_of=${encodeURIComponent(at)}`} rel="nofollow">
                {title}
              </Link>
            </>
          ))}
        </p>
      )}
    </Section>
  );
}

type Moment = { readonly at: string; readonly title: string };

function momentsOf({ made_at, resolution }: PredictionJson, now: Instant): Moment[] {
  const made = parseDate(made_at);
  const known = resolution === null ? null : parseInstant(resolution.known_at);
  return [
    ...(made === null || made.interval.to > now
      ? []
      : [{ at: formatInstant(made.interval.to), title: 'when it had been said' }]),
    ...(known === null || resolution === null
      ? []
      : [
          { at: formatInstant(known - 1), title: 'just before it was known' },
          { at: resolution.known_at, title: 'when it became known' },
        ]),
  ];
}
