import { feedTitle } from '../../domain/feeds/feed-title.ts';
import { Link } from './links.tsx';

/** The name of a feed as the link to its page, with its id as the title. */
export function FeedLink({ feed }: { readonly feed: string }) {
  const name = feedTitle(feed);
  return (
    <Link to={`/feeds/${encodeURIComponent(feed)}`} title={name === feed ? undefined : feed}>
      {name}
    </Link>
  );
}
