import { z } from '@hono/zod-openapi';
import { durationText } from '../../domain/criterion/text.ts';
import { feedTitle } from '../../domain/feeds/feed-title.ts';
import { vendorTitle } from '../../domain/identity/display-names.ts';
import { formatInstant } from '../../domain/instant.ts';
import { medianOf } from '../../domain/scores/backtest.ts';
import { type FeedView, getFeed, listFeedPolls } from '../../services/feeds/feeds.ts';
import { type Poll, pollToJson } from '../feeds/json.ts';
import { instantPosition, readCursor, textPosition, writeCursor } from '../operation/cursor.ts';
import { counted } from './counted.ts';
import { HealthMark, healthMeanings } from './feed-health.tsx';
import { coversOf } from './feeds.tsx';
import { isWebAddress, Link, OutsideLink, Said } from './links.tsx';
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
      title: `Feed ${feedTitle(slug)}`,
      description: `${feedTitle(slug)}: what the feed covers, how far it is trusted, and its last polls.`,
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
        <Said>{feedTitle(feed.slug)}</Said>
      </h1>
      <p class="health">
        <HealthMark health={health} /> <span>{healthMeanings[health]}</span>
      </p>
      {keyMissing === null ? null : (
        <Empty title="It is not read, because it needs a key">
          <p>
            Its publisher gives the list only to those who have a key, and the operator of this service has set none.
          </p>
        </Empty>
      )}
      <Section id="state" title="What it is">
        <About feed={feed} />
      </Section>
      <Section id="trust" title="How late it lists models">
        <CoverageTable coverage={coverage} />
      </Section>
      <Section id="polls" title="When it was read, newest first">
        {polls.length === 0 ? <p class="muted">It has not been read.</p> : <PollTable polls={polls} />}
        <Pagination next={next} what="polls" />
      </Section>
      <Operation view={view} />
    </>
  );
}

const trusts: { readonly [T in FeedView['feed']['trust']]: string } = {
  first_party: 'The vendor itself. What it lists can settle a prediction alone.',
  curated: 'People who check what they list. A second, independent list must agree.',
  aggregator: 'A catalogue of what others list. A second, independent list must agree.',
  community: 'Anyone can edit it. What it lists never settles anything.',
};

function About({ feed }: Pick<FeedView, 'feed'>) {
  return (
    <Facts
      facts={[
        ['Who publishes it', trusts[feed.trust]],
        ['Published at', <PublishedAt url={feed.url} />],
        ['Last read', feed.advancedAt === null ? 'never' : <Time at={formatInstant(feed.advancedAt)} />],
        ['Its silence can prove absence for', coversOf(feed)],
        ['Counts as one with', `every feed of the origin ${feedTitle(feed.origin)}`],
        ['Id in the API', <code>{feed.slug}</code>],
      ]}
    />
  );
}

function PublishedAt({ url }: Pick<FeedView['feed'], 'url'>) {
  if (url === null) return <>It is sent to Outturn.</>;
  return isWebAddress(url) ? <OutsideLink href={url}>{url}</OutsideLink> : <>It is shipped with Outturn.</>;
}

/** What only those who run the service need. */
function Operation({ view: { feed, condition, keyMissing } }: Pick<ContentProps, 'view'>) {
  const { compared, differing } = condition.disagreement;
  return (
    <details>
      <summary>For the operator of this service</summary>
      <Facts
        facts={[
          ['Address', feed.url === null ? null : <code>{feed.url}</code>],
          ['Adapter, which reads its format', <code>{feed.adapter}</code>],
          ['Key', keyMissing === null ? null : <MissingKey name={keyMissing} />],
          ['Known up to', feed.watermark === null ? 'never read' : <Time at={formatInstant(feed.watermark)} />],
          ['Unhealthy since', feed.unhealthySince === null ? null : <Time at={formatInstant(feed.unhealthySince)} />],
          ['Next poll', feed.enabled && feed.url !== null ? <Time at={formatInstant(feed.nextPollAt)} /> : 'none'],
          ['Least time before its silence counts', wait(feed.settlementLag)],
          ['Failed polls in a row', feed.failures],
          ['Suspect and failed polls in 24 hours', `${condition.suspectPolls} and ${condition.failedPolls}`],
          ['Rows that could not be read', condition.lostItems],
          ['Statements that no other origin confirms', compared === 0 ? null : `${differing} of ${compared} compared`],
        ]}
      />
      <p class="small muted">
        <Link to="/docs/guides/feeds">Feeds</Link> explains these; <code>POST /v1/feeds/{feed.slug}/polls</code> reads
        it now.
      </p>
    </details>
  );
}

function MissingKey({ name }: { readonly name: string }) {
  return (
    <>
      set <code>{name}</code>
    </>
  );
}

/** An ISO 8601 duration in words. */
function wait(duration: string): string {
  const hours = /^PT(\d+)H$/.exec(duration)?.[1];
  if (hours !== undefined) return counted(Number(hours), 'hour');
  return duration === 'PT0S' ? 'none' : durationText(duration) || duration;
}

/** What a feed publishes of a model. */
const facts: Readonly<Record<string, string>> = {
  listing: 'that it exists',
  end: 'when it ends',
  input_usd_per_mtok: 'input price',
  output_usd_per_mtok: 'output price',
  context_tokens: 'context window',
  open_weights: 'open weights',
};

function CoverageTable({ coverage }: Pick<ContentProps, 'coverage'>) {
  if (coverage.length === 0)
    return (
      <p class="muted">
        How late it lists models has not been measured, so its silence proves nothing. What it lists does count.{' '}
        <Link to="/docs/guides/coverage">How this is measured</Link>
      </p>
    );
  const shown = coverage.slice(0, coverageMax);
  return (
    <>
      <Table
        caption="Measured from archived copies: of the models whose release other evidence dates, how many it listed, and how late. Its silence proves no more than this record."
        columns={['Vendor', 'What', 'Models', 'Listed', 'Median days late', 'Copies read', 'Measured until']}
        rows={shown.map((row) => [
          vendorTitle(row.vendor),
          facts[row.fact] ?? row.fact.replaceAll('_', ' '),
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

/** What became of a reading, where the API's word needs explaining. */
const results: Readonly<Record<string, string>> = {
  ok: 'read',
  not_modified: 'read, unchanged',
  suspect: 'set aside',
};

function PollTable({ polls }: Pick<ContentProps, 'polls'>) {
  return (
    <Table
      caption="A reading counts if it succeeded. One whose list differs too much from the last is set aside until another confirms it."
      columns={['When', 'Result', 'Rows', 'New', 'Changed', 'No longer listed', 'Why']}
      rows={polls.map((poll) => {
        const { started_at, result, items, suspect_reason, error, ...counts } = pollToJson(poll);
        return [
          <Time at={started_at} />,
          `${results[result] ?? result.replaceAll('_', ' ')}${poll.kind === 'scheduled' ? '' : `, ${poll.kind}`}`,
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
