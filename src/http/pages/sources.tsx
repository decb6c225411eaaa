import { z } from '@hono/zod-openapi';
import { listSources } from '../../services/predictions/sources.ts';
import { readCursor, textPosition, writeCursor } from '../operation/cursor.ts';
import { counted } from './counted.ts';
import { Link, Said } from './links.tsx';
import { predictionEvents } from './live.tsx';
import { page } from './page.tsx';
import { Empty, Pagination, Table } from './parts.tsx';
import { Time } from './time.tsx';

/** Sources on one page of the list. */
const listed = 50;

type Source = Awaited<ReturnType<typeof listSources>>[number];

export const sourcesPage = page({
  path: '/sources',
  query: { cursor: z.string().optional() },
  api: () => '/v1/sources',
  readsKept: true,
  load: async ({ services }, { query, listing }) => {
    const after = query.cursor === undefined ? null : readCursor(listing(), query.cursor, textPosition);
    const rows = await listSources(services, { asOf: null, after, limit: listed + 1 });
    const sources = rows.slice(0, listed);
    const last = sources.at(-1);
    const next = rows.length <= listed || last === undefined ? null : writeCursor(listing(), last.id);
    return {
      title: 'Sources',
      description:
        'The articles, books and posts from which claims about AI models are recorded, with what came of them.',
      canonical: '/sources',
      isUnlisted: after !== null,
      alternates: [{ path: '/v1/sources', type: 'application/json', title: 'JSON' }],
      live: { types: predictionEvents },
      content: <SourcesContent sources={sources} next={next} />,
    };
  },
});

type ContentProps = { readonly sources: readonly Source[]; readonly next: string | null };

function SourcesContent({ sources, next }: ContentProps) {
  return (
    <>
      <h1>Sources</h1>
      <p class="lede">
        Where it was said: the articles, books and posts from which claims are recorded. A title leads to every claim of
        it, with what came of each.
      </p>
      {sources.length === 0 ? <NoSource /> : <SourceTable sources={sources} />}
      <Pagination next={next} what="sources" />
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

function SourceTable({ sources }: Pick<ContentProps, 'sources'>) {
  return (
    <Table
      caption={`${counted(sources.length, 'source')} in the order in which they were recorded.`}
      columns={['Source', 'Author', 'Published', 'Claims', 'Came true', 'Did not', 'Not settled']}
      rows={sources.map(({ id, title, author, publishedAt, predictions }) => [
        <Link to={`/sources/${encodeURIComponent(id)}`}>
          <Said>{title}</Said>
        </Link>,
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
