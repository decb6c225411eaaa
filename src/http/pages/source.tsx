import { z } from '@hono/zod-openapi';
import type { Instant } from '../../domain/instant.ts';
import { getSource } from '../../services/predictions/sources.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { placePosition, readCursor, writeCursor } from '../operation/cursor.ts';
import { asOfField } from '../operation/fields.ts';
import type { PredictionJson } from '../predictions/json.ts';
import { counted } from './counted.ts';
import { isWebAddress, Link, OutsideLink, Said } from './links.tsx';
import { predictionEvents } from './live.tsx';
import { page } from './page.tsx';
import { Empty, Facts, Pagination, Section, Table } from './parts.tsx';
import { readPredictions } from './prediction-json.ts';
import { StatementLink } from './prediction-list.tsx';
import { useSite } from './site.ts';
import { type Mark, markOf, noteOf, StatusMark } from './status.tsx';
import { Time } from './time.tsx';
import { PastNotice, pastQuery, TravelSection } from './travel.tsx';
import { When } from './when.tsx';

/** Claims on one page of the list. */
const listed = 40;

type Source = Awaited<ReturnType<typeof getSource>>;

export const sourcePage = page({
  path: '/sources/{id}',
  query: { as_of: asOfField, cursor: z.string().optional() },
  api: ({ id }) => `/v1/sources/${id}`,
  readsKept: true,
  load: async (http, { params, query, listing, site }) => {
    const asOf = pastOrNow(http, query.as_of);
    const after = query.cursor === undefined ? null : readCursor(listing(), query.cursor, placePosition);
    const source = await getSource(http.services, params.id, asOf);
    const past = pastQuery(site.search);
    const { predictions, next } = await readPredictions(http, {
      filter: { sourceId: source.id },
      statuses: null,
      outcome: null,
      asOf,
      after,
      sort: 'recorded_at',
      limit: listed,
    });
    return {
      title: source.title,
      description: `${source.title}: every claim about AI models that was recorded from it, with what came of each.`,
      canonical: `/sources/${source.id}`,
      isUnlisted: after !== null || asOf !== null,
      past: asOf !== null,
      alternates: [
        {
          path: `/v1/sources/${source.id}${past}`,
          type: 'application/json',
          title: 'Source as JSON',
        },
        {
          path: `/v1/predictions?source=${source.id}${past.replace('?', '&')}`,
          type: 'application/json',
          title: 'Claims as JSON',
        },
      ],
      ...(asOf === null ? { live: { types: predictionEvents } } : {}),
      content: (
        <SourceContent
          source={source}
          asOf={asOf}
          predictions={predictions}
          next={next === null ? null : writeCursor(listing(), next)}
        />
      ),
    };
  },
});

type ContentProps = {
  readonly source: Source;
  readonly asOf: Instant | null;
  readonly predictions: readonly PredictionJson[];
  readonly next: string | null;
};

function SourceContent({ source, asOf, predictions, next }: ContentProps) {
  return (
    <>
      <h1>
        <Said>{source.title}</Said>
      </h1>
      <PastNotice at={asOf} />
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
          <ClaimTable predictions={predictions} next={next} />
        )}
        <Pagination next={next} what="claims" />
      </Section>
      <TravelSection at={asOf} />
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

function ClaimTable({ predictions, next }: Pick<ContentProps, 'predictions' | 'next'>) {
  const isAll = next === null && !useSite().search.has('cursor');
  return (
    <Table
      caption={`${counted(predictions.length, 'claim')}${isAll ? '' : ' on this page'}, in the order in which they were recorded.`}
      columns={['Claim', 'What came of it', 'When', 'Where in the source']}
      rows={predictions.map((prediction) => [
        <StatementLink slug={prediction.slug} statement={prediction.statement} />,
        <StatusMark mark={markOf(prediction)} note={noteOf(prediction)} />,
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
