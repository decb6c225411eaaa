import { z } from '@hono/zod-openapi';
import { vendorTitle } from '../../domain/identity/display-names.ts';
import type { Instant } from '../../domain/instant.ts';
import { listReleases } from '../../services/models/releases.ts';
import { modelRowToJson } from '../models/json.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { instantPosition, readCursor, textPosition, writeCursor } from '../operation/cursor.ts';
import { asOfField, filterText } from '../operation/fields.ts';
import { given } from '../operation/input.ts';
import { counted } from './counted.ts';
import { Link } from './links.tsx';
import { modelEvents } from './live.tsx';
import { ModelLink } from './models.tsx';
import { page } from './page.tsx';
import { Empty, Pagination, Section, Table } from './parts.tsx';
import { Timeline, type TimelineLane } from './plots/timeline.tsx';
import { searchWith, useSite } from './site.ts';
import { KeptFields, PastNotice, TravelSection } from './travel.tsx';
import { VendorChoice } from './vendor-choice.tsx';
import { When } from './when.tsx';

/** Releases on one page: in the timeline and in the table below it. */
const listed = 80;

const position = z.tuple([instantPosition, textPosition, textPosition]);

type Release = Awaited<ReturnType<typeof listReleases>>[number];

export const releasesPage = page({
  path: '/releases',
  query: { vendor: filterText('Vendor.', 'openai'), as_of: asOfField, cursor: z.string().optional() },
  api: () => '/v1/releases',
  load: async (http, { query, listing, site }) => {
    const { services } = http;
    const { vendor } = query;
    const asOf = pastOrNow(http, query.as_of);
    const at = query.cursor === undefined ? null : readCursor(listing(), query.cursor, position);
    const after = at === null ? null : { occurredTo: at[0], vendor: at[1], slug: at[2] };
    const rows = await listReleases(services, given({ vendor }), { after, asOf, limit: listed + 1 });
    const releases = rows.slice(0, listed);
    const last = releases.at(-1);
    const next =
      rows.length <= listed || last === undefined
        ? null
        : writeCursor(listing(), [last.occurredTo, last.vendor, last.slug]);
    return {
      title: vendor === undefined ? 'Model releases' : `Model releases of ${vendorTitle(vendor)}`,
      description: 'When AI models were released, by vendor, as far as the evidence shows.',
      canonical: '/releases',
      isUnlisted: vendor !== undefined || after !== null || asOf !== null,
      past: asOf !== null,
      alternates: [
        { path: `/v1/releases${searchWith(site.search, { cursor: null })}`, type: 'application/json', title: 'JSON' },
      ],
      ...(asOf === null ? { live: { types: modelEvents } } : {}),
      content: (
        <ReleasesContent releases={releases} next={next} vendors={[...services.identity.vendors].sort()} asOf={asOf} />
      ),
    };
  },
});

type ContentProps = {
  readonly releases: readonly Release[];
  readonly next: string | null;
  readonly vendors: readonly string[];
  readonly asOf: Instant | null;
};

function ReleasesContent({ releases, next, vendors, asOf }: ContentProps) {
  const { root, search } = useSite();
  const isAll = next === null && !search.has('cursor');
  return (
    <>
      <h1>Model releases</h1>
      <PastNotice at={asOf} />
      <p class="lede">
        When AI models became available to the public: from the dates that vendors and catalogues state, and from when
        each was first seen in a feed.
      </p>
      <search>
        <form class="filters" action={`${root}/releases`} method="get">
          <VendorChoice vendors={vendors} />
          <p class="actions">
            <KeptFields names={['as_of']} />
            <button type="submit">Show</button>
            <Link to="/releases">Clear</Link>
          </p>
        </form>
      </search>
      {releases.length === 0 ? (
        <NoRelease vendor={search.get('vendor')} />
      ) : (
        <>
          <Section id="timeline" title="By vendor">
            <ReleaseTimeline releases={releases} isAll={isAll} />
          </Section>
          <Section id="list" title="Latest first">
            <ReleaseTable releases={releases} isAll={isAll} />
          </Section>
        </>
      )}
      <Pagination next={next} what="releases" />
      <TravelSection at={asOf} />
    </>
  );
}

function NoRelease({ vendor }: { readonly vendor: string | null }) {
  return (
    <Empty
      title={vendor === null ? 'No release is established yet' : `No release of ${vendorTitle(vendor)} is established`}
    >
      <p>
        A release is established once a list of its vendor, or two independent others, have the model.{' '}
        <Link to="/models">Models</Link> has what is listed so far, and <Link to="/feeds">Evidence feeds</Link> when
        each feed was last read.
      </p>
    </Empty>
  );
}

function ReleaseTimeline({ releases, isAll }: { readonly releases: readonly Release[]; readonly isAll: boolean }) {
  const lanes = lanesOf(releases);
  const scope = isAll ? 'All established releases, as' : `${counted(releases.length, 'release')} of this page, as`;
  return (
    <Timeline
      id="releases-plot"
      title="Releases by vendor"
      description={`${counted(releases.length, 'release')} of ${counted(lanes.length, 'vendor')} over time, a line of marks for each vendor. The table below has the same releases.`}
      lanes={lanes}
      caption={`${scope} in the table below. Where only a range is known, a line shows it and the mark is in its middle.`}
    />
  );
}

/** A lane for each vendor, that with the most releases first. */
function lanesOf(releases: readonly Release[]): TimelineLane[] {
  const byVendor = new Map<string, Release[]>();
  for (const release of releases) byVendor.set(release.vendor, [...(byVendor.get(release.vendor) ?? []), release]);
  return [...byVendor]
    .sort(([a, one], [b, other]) => other.length - one.length || (a < b ? -1 : 1))
    .map(([vendor, own]) => ({
      name: `${vendorTitle(vendor)} (${own.length})`,
      marks: own.map(({ slug, occurredFrom, occurredTo }) => ({
        at: { from: occurredFrom ?? occurredTo, to: occurredTo },
        label: slug,
        shape: 'circle' as const,
      })),
    }));
}

const bases: Readonly<Record<string, string>> = {
  stated: 'date stated by the vendor or our ledger',
  curated: 'date stated by a catalogue',
  late: 'between a stated date and the first sighting',
  bracket: 'first seen then; no date is stated',
};

function ReleaseTable({ releases, isAll }: { readonly releases: readonly Release[]; readonly isAll: boolean }) {
  return (
    <Table
      caption={`${counted(releases.length, 'release')}${isAll ? '' : ' on this page'}.`}
      columns={['Model', 'Vendor', 'Released', 'How we know']}
      rows={releases.map((row) => {
        const { vendor, slug, occurred, basis } = modelRowToJson(row);
        return [
          <ModelLink vendor={vendor} slug={slug} />,
          <Link to={`/releases?vendor=${encodeURIComponent(vendor)}`}>{vendorTitle(vendor)}</Link>,
          <When at={occurred} />,
          basis === null ? '' : (bases[basis] ?? basis),
        ];
      })}
    />
  );
}
