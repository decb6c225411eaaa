import { z } from '@hono/zod-openapi';
import { listDocuments } from '../../services/predictions/lists.ts';
import { getSource } from '../../services/predictions/sources.ts';
import { placePosition, readCursor, writeCursor } from '../operation/cursor.ts';
import type { PredictionJson } from '../predictions/json.ts';
import { counted } from './counted.ts';
import { isWebAddress, Link, OutsideLink, Said } from './links.tsx';
import { predictionEvents } from './live.tsx';
import { page } from './page.tsx';
import { Empty, Facts, Pagination, Section, Table } from './parts.tsx';
import { parseDocument } from './prediction-json.ts';
import { StatementLink } from './prediction-list.tsx';
import { type Mark, markOf, StatusMark } from './status.tsx';
import { Time } from './time.tsx';
import { When } from './when.tsx';

/** Claims on one page of the list. */
const listed = 40;

type Source = Awaited<ReturnType<typeof getSource>>;

export const sourcePage = page({
  path: '/sources/{id}',
  query: { cursor: z.string().optional() },
  api: ({ id }) => `/v1/sources/${id}`,
  readsKept: true,
  load: async ({ services }, { params, query, listing }) => {
    const after = query.cursor === undefined ? null : readCursor(listing(), query.cursor, placePosition);
    const source = await getSource(services, params.id);
    const { texts, next } = await listDocuments(services, {
      filter: { sourceId: source.id },
      statuses: null,
      outcome: null,
      after,
      sort: 'recorded_at',
      limit: listed,
    });
    return {
      title: source.title,
      description: `${source.title}: every claim about AI models that was recorded from it, with what came of each.`,
      canonical: `/sources/${source.id}`,
      isUnlisted: after !== null,
      alternates: [
        { path: `/v1/sources/${source.id}`, type: 'application/json', title: 'Source as JSON' },
        { path: `/v1/predictions?source=${source.id}`, type: 'application/json', title: 'Claims as JSON' },
      ],
      live: { types: predictionEvents },
      content: (
        <SourceContent
          source={source}
          predictions={texts.map(parseDocument)}
          next={next === null ? null : writeCursor(listing(), next)}
        />
      ),
    };
  },
});

type ContentProps = {
  readonly source: Source;
  readonly predictions: readonly PredictionJson[];
  readonly next: string | null;
};

function SourceContent({ source, predictions, next }: ContentProps) {
  return (
    <>
      <h1>
        <Said>{source.title}</Said>
      </h1>
      <Facts
        facts={[
          ['Author', source.author === null ? null : <Said>{source.author}</Said>],
          ['Published', source.publishedAt === null ? null : <Time at={source.publishedAt} />],
          [
            'Read it',
            source.url === null ? null : (
              <OutsideLink href={source.url}>
                <Said>{hostOf(source.url)}</Said>
              </OutsideLink>
            ),
          ],
          ['Language', source.language],
        ]}
      />
      {source.predictions === null ? null : <Tally counts={source.predictions} />}
      <Section id="claims" title="Every claim, and what came of it">
        {predictions.length === 0 ? (
          <Empty title="No claim is recorded from this source">
            <p>
              A prediction names its source by <code>"source_id": "{source.id}"</code>.{' '}
              <Link to="/docs/guides/seed">Seed files</Link> record a whole article at once.
            </p>
          </Empty>
        ) : (
          <ClaimTable predictions={predictions} />
        )}
        <Pagination next={next} what="claims" />
      </Section>
    </>
  );
}

const marks = [
  'yes',
  'no',
  'open',
  'proposed',
  'disputed',
  'ambiguous',
  'annulled',
  'withdrawn',
] as const satisfies readonly Mark[];

function Tally({ counts }: { readonly counts: NonNullable<Source['predictions']> }) {
  const present = marks.filter((mark) => counts[mark] > 0);
  if (present.length === 0) return null;
  return (
    <ul class="tally">
      {present.map((mark) => (
        <li>
          <span class="tally-count">{counts[mark]}</span> <StatusMark mark={mark} />
        </li>
      ))}
    </ul>
  );
}

function ClaimTable({ predictions }: Pick<ContentProps, 'predictions'>) {
  return (
    <Table
      caption={`${counted(predictions.length, 'claim')} in the order in which they were recorded.`}
      columns={['Claim', 'What came of it', 'When', 'Place']}
      rows={predictions.map((prediction) => [
        <StatementLink slug={prediction.slug} statement={prediction.statement} />,
        <StatusMark mark={markOf(prediction)} note={prediction.hindsight ? 'in hindsight' : undefined} />,
        prediction.resolution === null ? (
          <Due resolveBy={prediction.resolve_by} />
        ) : (
          <When at={prediction.resolution.effective_at} />
        ),
        prediction.locator === null ? '' : <Said>{prediction.locator}</Said>,
      ])}
    />
  );
}

function Due({ resolveBy }: { readonly resolveBy: string | null }) {
  if (resolveBy === null) return <>no deadline</>;
  return (
    <>
      due <Time at={resolveBy} />
    </>
  );
}

function hostOf(url: string): string {
  return isWebAddress(url) ? new URL(url).host : url;
}
