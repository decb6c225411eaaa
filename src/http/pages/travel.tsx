import type { Child } from 'hono/jsx';
import { formatDay, formatInstant, type Instant, startOfDay } from '../../domain/instant.ts';
import { Link } from './links.tsx';
import { Section } from './parts.tsx';
import { searchWith, useSite } from './site.ts';
import { Time } from './time.tsx';

/** The query of the API with the moment that the page shows. */
export function pastQuery(search: URLSearchParams): string {
  const at = search.get('as_of');
  return at === null ? '' : `?${new URLSearchParams({ as_of: at })}`;
}

type Props = {
  /** The moment that the page shows; null for now. */
  readonly at: Instant | null;
  readonly children?: Child;
};

/** A link to a page that shows the same moment as this one. */
export function PastLink({ to, ...attributes }: Parameters<typeof Link>[0]) {
  return <Link to={`${to}${pastQuery(useSite().search)}`} {...attributes} />;
}

/** The fields of a form that keep parameters of the page which the form does not show. */
export function KeptFields({ names }: { readonly names: readonly string[] }) {
  const { search } = useSite();
  return (
    <>
      {names.map((name) => {
        const value = search.get(name);
        return value === null ? null : <input type="hidden" name={name} value={value} />;
      })}
    </>
  );
}

/** Parameters that are of one moment or one page of a list. */
const ofMoment = ['as_of', 'cursor'];

/** A section with a form that shows the page as it was known at another moment. */
export function TravelSection({ at, children }: Props) {
  const { root, path, search } = useSite();
  return (
    <Section id="as-of" title="As it was known then">
      <p class="muted">
        Only what had been observed by that moment counts. What is observed later never changes such an answer.
      </p>
      <form class="travel" action={`${root}${path}`} method="get">
        <p class="field">
          <label for="as_of">At the end of (UTC)</label>
          <input
            id="as_of"
            name="as_of"
            type="date"
            value={at === null ? '' : formatDay(at - 1)}
            min="2020-01-01"
            required
          />
        </p>
        <p class="actions">
          <button type="submit">Go there</button>
          {at === null ? null : <NowLink>Now</NowLink>}
        </p>
        <KeptFields names={[...new Set(search.keys())].filter((name) => !ofMoment.includes(name))} />
      </form>
      {children}
    </Section>
  );
}

/** The address of the page without the moment. */
function NowLink({ children }: { readonly children: Child }) {
  const { path, search } = useSite();
  return <Link to={`${path}${searchWith(search, { as_of: null, cursor: null })}`}>{children}</Link>;
}

/** Says that the page is about the past. Nothing for now. */
export function PastNotice({ at }: Pick<Props, 'at'>) {
  if (at === null) return null;
  return (
    <p class="past">
      As it was known <Moment at={at} />. <NowLink>Show it as it is now</NowLink>
    </p>
  );
}

/** The end of a day is the beginning of the next, which readers would take for the next day. */
function Moment({ at }: { readonly at: Instant }) {
  if (startOfDay(at) !== at)
    return (
      <>
        on <Time at={formatInstant(at)} />
      </>
    );
  return (
    <>
      at the end of <Time at={formatDay(at - 1)} /> (UTC)
    </>
  );
}
