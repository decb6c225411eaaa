import { z } from '@hono/zod-openapi';
import { formatInstant } from '../../domain/instant.ts';
import { medianOf } from '../../domain/scores/backtest.ts';
import { type FeedView, getFeed, listFeedPolls } from '../../services/feeds/feeds.ts';
import { type Poll, pollToJson } from '../feeds/json.ts';
import { instantPosition, readCursor, textPosition, writeCursor } from '../operation/cursor.ts';
import { counted } from './counted.ts';
import { HealthMark, healthMeanings } from './feed-health.tsx';
import { coversOf } from './feeds.tsx';
import { Link, OutsideLink, Said } from './links.tsx';
import { feedEvents } from './live.tsx';
import { page } from './page.tsx';
import { Empty, Facts, Pagination, Section, Table } from './parts.tsx';
import { Time } from './time.tsx';

/** Polls on one page of the list. */
const listed = 25;
/** The most rows of the table of measured coverage. */
const coverageMax = 40;

const position = z.tuple([instantPosition, textPosition]);

type Coverage = { readonly vendor: string; readonly fact: string; readonly reads: number; readonly until: string } & {
  readonly models: number;
  readonly shown: number;
  readonly medianDays: number | null;
};

export const feedPage = page({
  path: '/feeds/{id}',
  query: { cursor: z.string().optional() },
  api: ({ id }) => `/v1/feeds/${id}`,
  load: async ({ services }, { params, query, listing }) => {
    const at = query.cursor === undefined ? null : readCursor(listing(), query.cursor, position);
    const before = at === null ? null : { startedAt: at[0], id: at[1] };
    const view = await getFeed(services, params.id);
    const { slug, origin } = view.feed;
    if (params.id !== slug) return { movedTo: `/feeds/${encodeURIComponent(slug)}`, isPermanent: false };
    const rows = await listFeedPolls(services, slug, { before, limit: listed + 1 });
    const polls = rows.slice(0, listed);
    const last = polls.at(-1);
    const next = rows.length <= listed || last === undefined ? null : writeCursor(listing(), [last.startedAt, last.id]);
    const coverage = services.coverage.rows
      .filter((row) => row.origin === origin)
      .map(({ vendor, fact, reads, models }) => {
        const lags = models.flatMap(({ lag_days }) => (lag_days === null ? [] : [lag_days]));
        const measured = { models: models.length, shown: lags.length, medianDays: medianOf(lags) };
        return { vendor, fact, reads: reads.count, until: reads.to, ...measured };
      });
    return {
      title: `Feed ${slug}`,
      description: `${slug}: what the feed covers, how far it is trusted, and its last polls.`,
      canonical: `/feeds/${encodeURIComponent(slug)}`,
      isUnlisted: at !== null,
      alternates: [
        { path: `/v1/feeds/${slug}`, type: 'application/json', title: 'Feed as JSON' },
        { path: `/v1/feeds/${slug}/polls`, type: 'application/json', title: 'Polls as JSON' },
        { path: `/v1/observations?feed=${slug}`, type: 'application/json', title: 'Observations as JSON' },
      ],
      live: { types: feedEvents },
      content: <FeedContent view={view} polls={polls} next={next} coverage={coverage} />,
    };
  },
});

type ContentProps = {
  readonly view: FeedView;
  readonly polls: readonly Poll[];
  readonly next: string | null;
  readonly coverage: readonly Coverage[];
};

function FeedContent({ view, polls, next, coverage }: ContentProps) {
  const { feed, health, keyMissing } = view;
  return (
    <>
      <h1>
        <Said>{feed.slug}</Said>
      </h1>
      <p class="health">
        <HealthMark health={health} /> <span>{healthMeanings[health]}</span>
      </p>
      {keyMissing === null ? null : (
        <Empty title="It is not polled, because a key is missing">
          <p>
            Set <code>{keyMissing}</code>: <Link to="/docs/guides/feeds">Feeds</Link>.
          </p>
        </Empty>
      )}
      <Section id="state" title="State">
        <State view={view} />
      </Section>
      <Section id="trust" title="What it is trusted for">
        <Trust feed={feed} />
        <CoverageTable coverage={coverage} />
      </Section>
      <Section id="polls" title="Polls, newest first">
        {polls.length === 0 ? (
          <p class="muted">It has not been polled. A poll on request: POST /v1/feeds/{feed.slug}/polls.</p>
        ) : (
          <PollTable polls={polls} />
        )}
        <Pagination next={next} what="polls" />
      </Section>
    </>
  );
}

function State({ view: { feed, condition } }: Pick<ContentProps, 'view'>) {
  const { compared, differing } = condition.disagreement;
  return (
    <Facts
      facts={[
        [
          'Address',
          feed.url === null ? 'none: it receives snapshots' : <OutsideLink href={feed.url}>{feed.url}</OutsideLink>,
        ],
        ['Adapter', feed.adapter],
        ['Known up to', feed.watermark === null ? 'never read' : <Time at={formatInstant(feed.watermark)} />],
        ['Accepted last', feed.advancedAt === null ? 'never' : <Time at={formatInstant(feed.advancedAt)} />],
        ['Unhealthy since', feed.unhealthySince === null ? null : <Time at={formatInstant(feed.unhealthySince)} />],
        ['Next poll', feed.enabled && feed.url !== null ? <Time at={formatInstant(feed.nextPollAt)} /> : 'none'],
        ['Failed polls in a row', feed.failures],
        ['Suspect and failed polls in 24 hours', `${condition.suspectPolls} and ${condition.failedPolls}`],
        ['Rows that could not be read', condition.lostItems],
        ['Statements that no other origin confirms', compared === 0 ? null : `${differing} of ${compared} compared`],
      ]}
    />
  );
}

const trusts: { readonly [T in FeedView['feed']['trust']]: string } = {
  first_party: 'First party: a row can settle a prediction by itself where the policy allows it.',
  curated: 'Curated: people check what it lists.',
  aggregator: 'Aggregator: it collects what others list; a second origin must agree.',
  community: 'Community: anyone can edit it, so that its rows never settle anything.',
};

function Trust({ feed }: Pick<FeedView, 'feed'>) {
  return (
    <Facts
      facts={[
        ['Trust', trusts[feed.trust]],
        ['Origin', `${feed.origin}. Feeds of one origin count as one.`],
        ['May prove absence for', coversOf(feed)],
        ['Patience', `${feed.settlementLag}, at least`],
      ]}
    />
  );
}

function CoverageTable({ coverage }: Pick<ContentProps, 'coverage'>) {
  if (coverage.length === 0)
    return (
      <p class="muted">
        How late it lists models has not been measured, so its silence proves nothing.{' '}
        <Link to="/docs/guides/coverage">Coverage</Link>
      </p>
    );
  const shown = coverage.slice(0, coverageMax);
  return (
    <>
      <Table
        caption="Measured from archives: how many of the models that other evidence dates it showed, and how late. Its silence proves no more than this record."
        columns={['Vendor', 'Fact', 'Models', 'Shown', 'Median days late', 'Reads', 'Measured until']}
        rows={shown.map((row) => [
          row.vendor,
          row.fact.replaceAll('_', ' '),
          row.models,
          row.shown,
          row.medianDays === null ? '–' : row.medianDays.toFixed(1),
          row.reads,
          <Time at={row.until.slice(0, 10)} />,
        ])}
        numeric={[2, 3, 4, 5]}
      />
      {coverage.length > shown.length ? (
        <p class="muted">{counted(coverage.length - shown.length, 'more row')} in data/coverage.json.</p>
      ) : null}
    </>
  );
}

function PollTable({ polls }: Pick<ContentProps, 'polls'>) {
  return (
    <Table
      caption="Only accepted polls (ok, not modified) extend what is known."
      columns={['Started', 'Result', 'Items', 'New', 'Changed', 'Vanished', 'Why']}
      rows={polls.map((poll) => {
        const { started_at, result, items, suspect_reason, error, ...counts } = pollToJson(poll);
        return [
          <Time at={started_at} />,
          `${result.replaceAll('_', ' ')}${poll.kind === 'scheduled' ? '' : `, ${poll.kind}`}`,
          items,
          counts.new,
          counts.changed,
          counts.vanished,
          <Said>{suspect_reason ?? error?.detail ?? ''}</Said>,
        ];
      })}
      numeric={[2, 3, 4, 5]}
    />
  );
}
