import type { Witness } from '../../domain/evaluation/explanation.ts';
import type { Trust } from '../../domain/feeds/trust.ts';
import { FeedLink } from './feed-link.tsx';
import { Link, Said } from './links.tsx';
import { Time } from './time.tsx';

/** What a trust means, in two words. */
export const trustWords: { readonly [T in Trust]: string } = {
  first_party: 'the vendor itself',
  curated: 'curated list',
  aggregator: 'catalogue',
  community: 'community list',
};

/** Observations, each leading to its raw evidence. */
export function WitnessList({ witnesses }: { readonly witnesses: readonly Witness[] }) {
  if (witnesses.length === 0) return null;
  return (
    <ul class="witnesses">
      {witnesses.map(({ observation_id, feed, trust, name, observed_at, source_as_of }) => (
        <li>
          <Link to={`/observations/${encodeURIComponent(observation_id)}`}>
            <Said>{name}</Said>
          </Link>{' '}
          in <FeedLink feed={feed} />{' '}
          <span class="muted">
            ({trustWords[trust]}), seen <Time at={observed_at} />
            {source_as_of === null ? null : (
              <>
                , dated <Time at={source_as_of} />
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
