import { z } from '@hono/zod-openapi';
import type { Stage } from '../../domain/feeds/item.ts';
import { vendorTitle } from '../../domain/identity/display-names.ts';
import type { Instant } from '../../domain/instant.ts';
import { listModels } from '../../services/models/models.ts';
import { type ModelRow, modelRowToJson } from '../models/json.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { readCursor, textPosition, writeCursor } from '../operation/cursor.ts';
import { asOfField, filterText } from '../operation/fields.ts';
import { given } from '../operation/input.ts';
import { counted } from './counted.ts';
import { Link, Said } from './links.tsx';
import { modelEvents } from './live.tsx';
import { page } from './page.tsx';
import { Empty, Pagination, Section, Table } from './parts.tsx';
import { searchWith, useSite } from './site.ts';
import { KeptFields, PastLink, PastNotice, TravelSection } from './travel.tsx';
import { VendorChoice } from './vendor-choice.tsx';
import { When } from './when.tsx';

/** Models on one page of the list. */
const listed = 60;

export const modelsPage = page({
  path: '/models',
  query: {
    vendor: filterText('Vendor.', 'openai'),
    q: filterText('A model id in the spelling of any feed.', 'azure/gpt-5-2025-08-07'),
    as_of: asOfField,
    cursor: z.string().optional(),
  },
  api: () => '/v1/models',
  load: async (http, { query, listing, site }) => {
    const { services } = http;
    const { vendor, q } = query;
    const asOf = pastOrNow(http, query.as_of);
    const position =
      query.cursor === undefined ? null : readCursor(listing(), query.cursor, z.tuple([textPosition, textPosition]));
    const after = position === null ? null : { vendor: position[0], slug: position[1] };
    const rows = await listModels(services, given({ vendor, q }), { after, asOf, limit: listed + 1 });
    const models = rows.slice(0, listed);
    const last = models.at(-1);
    const next = rows.length <= listed || last === undefined ? null : writeCursor(listing(), [last.vendor, last.slug]);
    const isFiltered = vendor !== undefined || q !== undefined;
    return {
      title: vendor === undefined ? 'Models' : `Models of ${vendorTitle(vendor)}`,
      description:
        'AI models that feeds list: when each was released, how that is dated, and what stage it has reached.',
      canonical: '/models',
      isUnlisted: isFiltered || after !== null || asOf !== null,
      past: asOf !== null,
      alternates: [
        { path: `/v1/models${searchWith(site.search, { cursor: null })}`, type: 'application/json', title: 'JSON' },
      ],
      ...(asOf === null ? { live: { types: modelEvents } } : {}),
      content: (
        <ModelsContent
          models={models}
          next={next}
          vendors={[...services.identity.vendors].sort()}
          isFiltered={isFiltered}
          asOf={asOf}
        />
      ),
    };
  },
});

type ContentProps = {
  readonly models: readonly ModelRow[];
  readonly next: string | null;
  readonly vendors: readonly string[];
  readonly isFiltered: boolean;
  readonly asOf: Instant | null;
};

function ModelsContent({ models, next, vendors, isFiltered, asOf }: ContentProps) {
  return (
    <>
      <h1>Models</h1>
      <PastNotice at={asOf} />
      <p class="lede">
        Every model that one of the <Link to="/feeds">evidence feeds</Link> lists. Different spellings of a name are one
        entry. <Link to="/releases">Model releases</Link> has those that are released, by date.
      </p>
      <FindForm vendors={vendors} />
      {models.length > 0 ? <ModelTable models={models} /> : <NoModel isFiltered={isFiltered} />}
      <Pagination next={next} what="models" />
      <TravelSection at={asOf} />
    </>
  );
}

function FindForm({ vendors }: Pick<ContentProps, 'vendors'>) {
  const { root, search } = useSite();
  return (
    <search>
      <form class="filters" action={`${root}/models`} method="get">
        <VendorChoice vendors={vendors} />
        <p class="field">
          <label for="q">Model id, as any feed spells it</label>
          <input id="q" name="q" type="search" value={search.get('q') ?? ''} maxlength={200} dir="auto" />
        </p>
        <p class="actions">
          <KeptFields names={['as_of']} />
          <button type="submit">Show</button>
          <Link to="/models">Clear</Link>
        </p>
      </form>
    </search>
  );
}

function NoModel({ isFiltered }: Pick<ContentProps, 'isFiltered'>) {
  if (isFiltered)
    return (
      <Empty title="No model matches">
        <p>
          The id must be one that the identity data can read. <Link to="/docs/guides/identity">Model identity</Link>{' '}
          explains how names are read, and <Link to="/models">all models</Link> lists what is known.
        </p>
      </Empty>
    );
  return (
    <Empty title="No feed has listed a model yet">
      <p>
        Models appear after the first poll. <Link to="/feeds">Feeds</Link> shows when each was last read, and why one
        was not.
      </p>
    </Empty>
  );
}

function ModelTable({ models }: Pick<ContentProps, 'models'>) {
  return (
    <Section id="list" title="By vendor and name">
      <Table
        caption={`${counted(models.length, 'model')} on this page. A release counts once the evidence suffices: a list of the vendor, or two independent others.`}
        columns={['Model', 'Vendor', 'Released', 'Stage', 'Evidence']}
        rows={models.map((row) => {
          const model = modelRowToJson(row);
          return [
            <ModelLink vendor={model.vendor} slug={model.slug} />,
            <Link to={`/models?vendor=${encodeURIComponent(model.vendor)}`}>{vendorTitle(model.vendor)}</Link>,
            <When at={model.occurred} otherwise="not yet" />,
            model.stage === null ? 'none' : stageText(model.stage),
            model.grade === null ? 'announced only' : model.grade === 'short' ? 'not sufficient' : 'sufficient',
          ];
        })}
      />
    </Section>
  );
}

const stageTexts: { readonly [S in Stage]: string } = {
  announced: 'announced',
  limited: 'for approved customers only',
  preview: 'preview',
  general: 'generally available',
  deprecated: 'deprecated',
  suspended: 'suspended',
  retired: 'retired',
};

/** A stage of a life cycle in words. */
export function stageText(stage: Stage): string {
  return stageTexts[stage];
}

/** The name of a model as the link to its page. */
export function ModelLink({ vendor, slug }: { readonly vendor: string; readonly slug: string }) {
  return (
    <PastLink to={`/models/${encodeURIComponent(vendor)}/${encodeURIComponent(slug)}`}>
      <Said>{slug}</Said>
    </PastLink>
  );
}
