import { z } from '@hono/zod-openapi';
import type { Instant } from '../../domain/instant.ts';
import { listSources } from '../../services/predictions/sources.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { readCursor, textPosition, writeCursor } from '../operation/cursor.ts';
import { asOfField } from '../operation/fields.ts';
import { counted } from './counted.ts';
import { Link, Said } from './links.tsx';
import { predictionEvents } from './live.tsx';
import { page } from './page.tsx';
import { Empty, Pagination, Table } from './parts.tsx';
import { useSite } from './site.ts';
import { Time } from './time.tsx';
import { PastLink, PastNotice, pastQuery, TravelSection } from './travel.tsx';

/** Sources on one page of the list. */
const listed = 50;

type Source = Awaited<ReturnType<typeof listSources>>[number];

export const sourcesPage = page({
  path: '/sources',
  query: { as_of: asOfField, cursor: z.string().optional() },
  api: () => '/v1/sources',
  readsKept: true,
  load: async (http, { query, listing, site }) => {
    const asOf = pastOrNow(http, query.as_of);
    const after = query.cursor === undefined ? null : readCursor(listing(), query.cursor, textPosition);
    const rows = await listSources(http.services, { asOf, after, limit: listed + 1 });
    const sources = rows.slice(0, listed);
    const last = sources.at(-1);
    const next = rows.length <= listed || last === undefined ? null : writeCursor(listing(), last.id);
    return {
      title: 'Sources of claims',
      description:
        'The articles, books and posts from which claims about AI models are recorded, with what came of them.',
      canonical: '/sources',
      isUnlisted: after !== null || asOf !== null,
      past: asOf !== null,
      alternates: [{ path: `/v1/sources${pastQuery(site.search)}`, type: 'application/json', title: 'JSON' }],
      ...(asOf === null ? { live: { types: predictionEvents } } : {}),
      content: <SourcesContent sources={sources} next={next} asOf={asOf} />,
    };
  },
});

type ContentProps = {
  readonly sources: readonly Source[];
  readonly next: string | null;
  readonly asOf: Instant | null;
};

function SourcesContent({ sources, next, asOf }: ContentProps) {
  return (
    <>
      <h1>Sources of claims</h1>
      <PastNotice at={asOf} />
      <p class="lede">
        The articles, books and posts in which people said what AI models would do. A title leads to every claim of it,
        with what came of each.
      </p>
      {sources.length === 0 ? <NoSource /> : <SourceTable sources={sources} next={next} asOf={asOf} />}
      <Pagination next={next} what="sources" />
      <TravelSection at={asOf} />
    </>
  );
}

function NoSource() {
  return (
    <Empty title="No source is recorded yet">
      <p>
        <code>POST /v1/sources</code> records one, as <Link to="/docs">the API reference</Link> shows, and{' '}
        <code>outturn seed article.json</code> records an article with all of its claims:{' '}
        <Link to="/docs/guides/seed">Seed files</Link>.
      </p>
    </Empty>
  );
}

const counts = ['Claims', 'Came true', 'Did not', 'Not settled'];

/** For a past moment there are no counts, because each claim would have to be evaluated at that time. The source has them. */
function SourceTable({ sources, next, asOf }: ContentProps) {
  const isAll = next === null && !useSite().search.has('cursor');
  return (
    <Table
      caption={`${counted(sources.length, 'source')}${isAll ? '' : ' on this page'}, in the order in which they were recorded.`}
      columns={['Source', 'Author', 'Published', ...(asOf === null ? counts : [])]}
      rows={sources.map(({ id, title, author, publishedAt, predictions }) => [
        <PastLink to={`/sources/${encodeURIComponent(id)}`}>
          <Said>{title}</Said>
        </PastLink>,
        author === null ? '' : <Said>{author}</Said>,
        publishedAt === null ? '' : <Time at={publishedAt} />,
        ...(predictions === null
          ? []
          : [
              predictions.total,
              predictions.yes,
              predictions.no,
              predictions.open + predictions.proposed + predictions.disputed,
            ]),
      ])}
      numeric={[3, 4, 5, 6]}
    />
  );
}
