import { z } from '@hono/zod-openapi';
import { listModels } from '../../services/models/models.ts';
import { type ModelRow, modelRowToJson } from '../models/json.ts';
import { readCursor, textPosition, writeCursor } from '../operation/cursor.ts';
import { filterText } from '../operation/fields.ts';
import { given } from '../operation/input.ts';
import { counted } from './counted.ts';
import { Link, Said } from './links.tsx';
import { modelEvents } from './live.tsx';
import { page } from './page.tsx';
import { Empty, Pagination, Section, Table } from './parts.tsx';
import { useSite } from './site.ts';
import { VendorChoice } from './vendor-choice.tsx';
import { When } from './when.tsx';

/** Models on one page of the list. */
const listed = 60;

export const modelsPage = page({
  path: '/models',
  query: {
    vendor: filterText('Vendor.', 'openai'),
    q: filterText('A model id in the spelling of any feed.', 'azure/gpt-5-2025-08-07'),
    cursor: z.string().optional(),
  },
  api: () => '/v1/models',
  load: async ({ services }, { query, listing }) => {
    const { vendor, q } = query;
    const position =
      query.cursor === undefined ? null : readCursor(listing(), query.cursor, z.tuple([textPosition, textPosition]));
    const after = position === null ? null : { vendor: position[0], slug: position[1] };
    const rows = await listModels(services, given({ vendor, q }), { after, asOf: null, limit: listed + 1 });
    const models = rows.slice(0, listed);
    const last = models.at(-1);
    const next = rows.length <= listed || last === undefined ? null : writeCursor(listing(), [last.vendor, last.slug]);
    const isFiltered = vendor !== undefined || q !== undefined;
    return {
      title: vendor === undefined ? 'Models' : `Models of ${vendor}`,
      description:
        'AI models that feeds list: when each was released, how that is dated, and what stage it has reached.',
      canonical: '/models',
      isUnlisted: isFiltered || after !== null,
      alternates: [{ path: '/v1/models', type: 'application/json', title: 'JSON' }],
      live: { types: modelEvents },
      content: (
        <ModelsContent
          models={models}
          next={next}
          vendors={[...services.identity.vendors].sort()}
          isFiltered={isFiltered}
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
};

function ModelsContent({ models, next, vendors, isFiltered }: ContentProps) {
  return (
    <>
      <h1>Models</h1>
      <p class="lede">
        Every model that a feed lists. Different spellings of a name are one entry. <Link to="/releases">Releases</Link>{' '}
        lists them by release date.
      </p>
      <FindForm vendors={vendors} />
      {models.length > 0 ? <ModelTable models={models} /> : <NoModel isFiltered={isFiltered} />}
      <Pagination next={next} what="models" />
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
        caption={`${counted(models.length, 'model')} on this page. A release counts once the evidence satisfies the default policy.`}
        columns={['Model', 'Vendor', 'Released', 'Stage', 'Evidence']}
        rows={models.map((row) => {
          const model = modelRowToJson(row);
          return [
            <ModelLink vendor={model.vendor} slug={model.slug} />,
            <Link to={`/models?vendor=${encodeURIComponent(model.vendor)}`}>{model.vendor}</Link>,
            <When at={model.occurred} otherwise="not yet" />,
            model.stage ?? 'none',
            model.grade === null ? 'announced' : model.grade === 'short' ? 'not sufficient' : 'sufficient',
          ];
        })}
      />
    </Section>
  );
}

/** The name of a model as the link to its page. */
export function ModelLink({ vendor, slug }: { readonly vendor: string; readonly slug: string }) {
  return (
    <Link to={`/models/${encodeURIComponent(vendor)}/${encodeURIComponent(slug)}`}>
      <Said>{slug}</Said>
    </Link>
  );
}
