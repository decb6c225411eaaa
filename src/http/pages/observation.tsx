import { feedTitle } from '../../domain/feeds/feed-title.ts';
import { formatInstant } from '../../domain/instant.ts';
import { modelSlug } from '../../domain/models/slug.ts';
import { getObservation } from '../../services/feeds/observations.ts';
import { FeedLink } from './feed-link.tsx';
import { Link, OutsideLink, Said } from './links.tsx';
import { ModelLink } from './models.tsx';
import { page } from './page.tsx';
import { Facts, Section } from './parts.tsx';
import { Time } from './time.tsx';

/** The most characters of a row that the page shows. */
const itemCharsMax = 20_000;

type Observation = Awaited<ReturnType<typeof getObservation>>;

export const observationPage = page({
  path: '/observations/{id}',
  api: ({ id }) => `/v1/observations/${id}`,
  load: async ({ services }, { params }) => {
    const row = await getObservation(services, params.id);
    const { vendor, family, modelVersion: version, tier } = row;
    const isModel = row.outcome === 'model' && vendor !== null && family !== null;
    const slug = isModel ? modelSlug(services.identity, { vendor, family, version, tier }) : null;
    return {
      title: `${row.name} in ${feedTitle(row.feedSlug)}`,
      description: `${row.name} as ${feedTitle(row.feedSlug)} published it on ${formatInstant(row.observedAt).slice(0, 10)}.`,
      canonical: `/observations/${row.id}`,
      alternates: [{ path: `/v1/observations/${row.id}`, type: 'application/json', title: 'JSON' }],
      content: <ObservationContent row={row} slug={slug} />,
    };
  },
});

function ObservationContent({ row, slug }: { readonly row: Observation; readonly slug: string | null }) {
  const text = JSON.stringify(row.item, null, 2);
  return (
    <>
      <h1>
        <Said>{row.name}</Said>
      </h1>
      <p class="lede">
        One row of the feed <FeedLink feed={row.feedSlug} /> at one time. Observations are never changed.
      </p>
      <Facts
        facts={[
          ['Read as', slug === null || row.vendor === null ? null : <ModelLink vendor={row.vendor} slug={slug} />],
          ['Not read as a model', slug === null ? (row.reason ?? row.outcome) : null],
          ['Observed', <Time at={formatInstant(row.observedAt)} />],
          ['Recorded', <Time at={formatInstant(row.ingestedAt)} />],
          ['Date that it states', row.sourceAsOf === null ? null : <Said>{row.sourceAsOf}</Said>],
          ['Host', row.host === null ? null : <Said>{row.host}</Said>],
          [
            'Published at',
            row.sourceUrl === null ? null : (
              <OutsideLink href={row.sourceUrl}>
                <Said>{row.sourceUrl}</Said>
              </OutsideLink>
            ),
          ],
          ['Poll', <Poll row={row} />],
        ]}
      />
      <Section id="row" title="As published, and as parsed">
        <pre tabindex={0}>
          <code>{text.slice(0, itemCharsMax)}</code>
        </pre>
        {text.length <= itemCharsMax ? null : (
          <p class="muted">
            The first {itemCharsMax} of {text.length} characters: <Link to={`/v1/observations/${row.id}`}>JSON</Link>{' '}
            has all.
          </p>
        )}
        <p class="muted small">
          Hash <code>{row.itemHash}</code>
        </p>
      </Section>
    </>
  );
}

function Poll({ row }: { readonly row: Observation }) {
  return (
    <Link to={`/feeds/${encodeURIComponent(row.feedSlug)}#polls`}>
      <code>{row.pollId}</code>
    </Link>
  );
}
