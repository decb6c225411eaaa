import { formatInstant, type Instant, parseDate, parseInstant } from '../../domain/instant.ts';
import type { PredictionJson } from '../predictions/json.ts';
import { Link } from './links.tsx';
import { TravelSection } from './travel.tsx';

/** A form that shows the prediction as it was known at another moment, and moments worth a look. */
export function Travel({ prediction, now }: { readonly prediction: PredictionJson; readonly now: Instant }) {
  const { as_of: stamp, slug } = prediction;
  const moments = momentsOf(prediction, now);
  return (
    <TravelSection at={stamp === null ? null : parseInstant(stamp.at)}>
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
    </TravelSection>
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
