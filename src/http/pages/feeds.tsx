import { vendorTitle } from '../../domain/identity/display-names.ts';
import { formatInstant } from '../../domain/instant.ts';
import { type FeedView, listFeeds } from '../../services/feeds/feeds.ts';
import { countResolutionLags, type LagCounts, lagResolutionsMax } from '../../services/predictions/resolution-lag.ts';
import { counted } from './counted.ts';
import { HealthMark } from './feed-health.tsx';
import { FeedLink } from './feed-link.tsx';
import { isWebAddress, Link } from './links.tsx';
import { feedEvents } from './live.tsx';
import { page } from './page.tsx';
import { Empty, Section, Table } from './parts.tsx';
import { Bars } from './plots/bars.tsx';
import { Time } from './time.tsx';
import { trustWords } from './witnesses.tsx';

export const feedsPage = page({
  path: '/feeds',
  api: () => '/v1/feeds',
  load: async ({ services }) => {
    const [feeds, lags] = await Promise.all([listFeeds(services, 'left out'), countResolutionLags(services)]);
    return {
      title: 'Evidence feeds',
      description:
        'The published lists of AI models that all evidence comes from: who publishes each, when it was last read, and what it can prove.',
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
      <h1>Evidence feeds</h1>
      <p class="lede">
        Published lists of AI models, which Outturn reads again and again. Nothing else is evidence: what the lists
        show, since when, and what they no longer show.
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
      caption={`${counted(feeds.length, 'feed')}. A list of a vendor itself can settle a prediction; of other lists, two independent ones must agree.`}
      columns={['Feed', 'State', 'Last read', 'Who publishes it', 'Its silence can prove absence for', 'Published at']}
      rows={feeds.map(({ feed, health, keyMissing }) => [
        <FeedLink feed={feed.slug} />,
        feed.enabled && keyMissing === null ? <HealthMark health={health} /> : <Off keyMissing={keyMissing} />,
        feed.advancedAt === null ? 'never' : <Time at={formatInstant(feed.advancedAt)} />,
        trustWords[feed.trust],
        coversOf(feed),
        hostOf(feed.url),
      ])}
    />
  );
}

function Off({ keyMissing }: Pick<FeedView, 'keyMissing'>) {
  return <span class="muted">{keyMissing === null ? 'switched off' : 'not read: needs a key'}</span>;
}

/** Where a feed is published, for readers; its page has the address. */
function hostOf(url: string | null): string {
  if (url === null) return 'sent to Outturn';
  return isWebAddress(url) ? new URL(url).host.replace(/^www\./, '') : 'shipped with Outturn';
}

/** The vendors that a feed may prove the absence of, in words. */
export function coversOf({ coversAny, covers }: FeedView['feed']): string {
  if (coversAny) return 'any vendor';
  if (covers.length === 0) return 'no vendor';
  const names = covers.map(vendorTitle);
  return names.length > 6 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}

function LagPlot({ lags }: { readonly lags: LagCounts }) {
  if (lags.resolutions === 0)
    return (
      <p class="muted">
        This shows how long after an event or a deadline the evidence sufficed, for claims that were recorded before.
        {lags.hindsight === 0
          ? ' No such claim has been settled yet.'
          : ` None has been settled yet; ${counted(lags.hindsight, 'claim')} recorded in hindsight ${lags.hindsight === 1 ? 'does' : 'do'} not count.`}
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
        lags.isCut ? `Of the newest ${lagResolutionsMax} resolutions, those` : 'All resolutions'
      } that the evidence settled, of claims that were recorded before. ${counted(lags.hindsight, 'claim')} recorded in hindsight ${lags.hindsight === 1 ? 'does' : 'do'} not count.`}
    />
  );
}
