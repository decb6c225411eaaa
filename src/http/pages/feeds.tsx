import { formatInstant } from '../../domain/instant.ts';
import { type FeedView, listFeeds } from '../../services/feeds/feeds.ts';
import { countResolutionLags, type LagCounts, lagResolutionsMax } from '../../services/predictions/resolution-lag.ts';
import { counted } from './counted.ts';
import { HealthMark } from './feed-health.tsx';
import { Link } from './links.tsx';
import { feedEvents } from './live.tsx';
import { page } from './page.tsx';
import { Empty, Section, Table } from './parts.tsx';
import { Bars } from './plots/bars.tsx';
import { Time } from './time.tsx';

export const feedsPage = page({
  path: '/feeds',
  api: () => '/v1/feeds',
  load: async ({ services }) => {
    const [feeds, lags] = await Promise.all([listFeeds(services, 'left out'), countResolutionLags(services)]);
    return {
      title: 'Feeds',
      description:
        'The published lists of models that evidence comes from: what each covers, when it was read, and how it is.',
      canonical: '/feeds',
      alternates: [{ path: '/v1/feeds', type: 'application/json', title: 'JSON' }],
      live: { types: feedEvents },
      content: <FeedsContent feeds={feeds} lags={lags} />,
    };
  },
});

function FeedsContent({ feeds, lags }: { readonly feeds: readonly FeedView[]; readonly lags: LagCounts }) {
  return (
    <>
      <h1>Feeds</h1>
      <p class="lede">
        Published lists of models. What they list and what they no longer list is all the evidence there is.
      </p>
      {feeds.length === 0 ? <NoFeed /> : <FeedTable feeds={feeds} />}
      <Section id="lag" title="How soon outcomes were known">
        <LagPlot lags={lags} />
      </Section>
    </>
  );
}

function NoFeed() {
  return (
    <Empty title="There is no feed">
      <p>
        Without feeds, nothing is observed. <code>OUTTURN_FEEDS=default</code> adds the shipped ones to a new database,
        and <code>POST /v1/feeds</code> adds one: <Link to="/docs/guides/feeds">Feeds</Link>.
      </p>
    </Empty>
  );
}

function FeedTable({ feeds }: { readonly feeds: readonly FeedView[] }) {
  return (
    <Table
      caption={`${counted(feeds.length, 'feed')}. Feeds of one origin count as one.`}
      columns={['Feed', 'Health', 'Accepted last', 'Trust', 'Covers', 'Origin']}
      rows={feeds.map(({ feed, health, keyMissing }) => [
        <Link to={`/feeds/${encodeURIComponent(feed.slug)}`}>{feed.slug}</Link>,
        feed.enabled && keyMissing === null ? <HealthMark health={health} /> : <Off keyMissing={keyMissing} />,
        feed.advancedAt === null ? 'never' : <Time at={formatInstant(feed.advancedAt)} />,
        feed.trust.replaceAll('_', ' '),
        coversOf(feed),
        feed.origin,
      ])}
    />
  );
}

function Off({ keyMissing }: Pick<FeedView, 'keyMissing'>) {
  if (keyMissing === null) return <>disabled</>;
  return (
    <>
      needs <code>{keyMissing}</code>
    </>
  );
}

/** The vendors that a feed may prove the absence of, in words. */
export function coversOf({ coversAny, covers }: FeedView['feed']): string {
  if (coversAny) return 'any vendor';
  if (covers.length === 0) return 'no vendor';
  return covers.length > 6 ? `${covers.slice(0, 5).join(', ')} and ${covers.length - 5} more` : covers.join(', ');
}

function LagPlot({ lags }: { readonly lags: LagCounts }) {
  if (lags.resolutions === 0)
    return (
      <p class="muted">
        Nothing has been resolved yet. Then this shows the time from what settled a prediction to the moment at which
        the evidence sufficed.
      </p>
    );
  return (
    <Bars
      id="lag-plot"
      title="Resolution lag"
      description={`How long after the event or the deadline the evidence sufficed, for ${counted(lags.resolutions, 'resolution')}.`}
      bars={lags.bins.map(({ name, count }) => ({ name, count }))}
      columns={['Time from the event or the deadline', 'Resolutions']}
      caption={`${
        lags.isCut ? `The newest ${lagResolutionsMax} resolutions` : 'All resolutions'
      } that the evidence settled. Claims recorded in hindsight are known late, because feeds were first read after the event.`}
    />
  );
}
