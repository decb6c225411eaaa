import { z } from '@hono/zod-openapi';
import { vendorTitle } from '../../domain/identity/display-names.ts';
import { outcomes } from '../../domain/outcome.ts';
import { predictionSorts } from '../../services/predictions/lists.ts';
import { filterList } from '../operation/fields.ts';
import { predictionFilterFields } from '../predictions/filter.ts';
import { statuses } from '../predictions/json.ts';
import { Link } from './links.tsx';
import { useSite } from './site.ts';
import { KeptFields } from './travel.tsx';

/** The parameters of the board: the names and the meaning of those of `GET /v1/predictions`. */
export const boardFields = {
  status: filterList(statuses, { description: 'Statuses.', example: ['open'] }),
  outcome: z.enum(outcomes).optional(),
  ...predictionFilterFields,
  sort: z.enum(predictionSorts).optional(),
};

const sortTitles: { readonly [S in (typeof predictionSorts)[number]]: string } = {
  '-recorded_at': 'Newest recorded',
  recorded_at: 'Recorded first',
  '-made_at': 'Newest claim',
  made_at: 'Made first',
  resolve_by: 'Next deadline',
  '-resolve_by': 'Due last',
  '-resolved_at': 'Resolved last',
  resolved_at: 'Resolved first',
};

const statusTitles: { readonly [S in (typeof statuses)[number]]: string } = {
  open: 'Open',
  proposed: 'Proposed',
  disputed: 'Disputed',
  resolved: 'Resolved',
  withdrawn: 'Withdrawn',
};

const outcomeTitles: { readonly [O in (typeof outcomes)[number]]: string } = {
  yes: 'Yes',
  no: 'No',
  ambiguous: 'Ambiguous',
  annulled: 'Annulled',
};

/** Parameters that only links set. The form keeps them. */
const keptNames = ['predictor', 'source', 'as_of'];
/** Parameters that most readers do not need. */
const furtherNames = ['family', 'tag', 'made_at[gte]', 'made_at[lt]', 'resolve_by[gte]', 'resolve_by[lt]'];

/** Search and filters as a form whose fields become the query of the board. */
export function FilterForm({ vendors }: { readonly vendors: readonly string[] }) {
  const { search, root } = useSite();
  const value = (name: string) => search.get(name) ?? '';
  const isFurther = furtherNames.some((name) => value(name) !== '');
  return (
    <search>
      <form class="filters" action={`${root}/`} method="get">
        <p class="field wide">
          <label for="q">Statement contains</label>
          <input id="q" name="q" type="search" value={value('q')} maxlength={200} dir="auto" />
        </p>
        <Choice name="status" label="Status" any="Any status" titles={statusTitles} />
        <Choice name="outcome" label="Outcome" any="Any outcome" titles={outcomeTitles} />
        <Choice
          name="vendor"
          label="Vendor"
          any="Any vendor"
          titles={Object.fromEntries(vendors.map((vendor) => [vendor, vendorTitle(vendor)]))}
        />
        <Choice name="sort" label="Order" any={sortTitles['-recorded_at']} titles={sortTitles} without="-recorded_at" />
        <details class="wide" open={isFurther}>
          <summary>More filters</summary>
          <div class="further">
            <Field name="family" label="Model family" example="gpt" />
            <Field name="tag" label="Tag" example="timelines" />
            <Field name="made_at[gte]" label="Made from" example="2025-01-01" />
            <Field name="made_at[lt]" label="Made before" example="2026-01-01" />
            <Field name="resolve_by[gte]" label="Due from" example="2025-01-01" />
            <Field name="resolve_by[lt]" label="Due before" example="2026-01-01" />
          </div>
        </details>
        <KeptFields names={keptNames} />
        <p class="actions">
          <button type="submit">Show</button>
          <Link to="/">Clear</Link>
        </p>
      </form>
    </search>
  );
}

type ChoiceProps = {
  readonly name: string;
  readonly label: string;
  /** The title of the choice that filters by nothing. */
  readonly any: string;
  readonly titles: Readonly<Record<string, string>>;
  /** The value that `any` stands for. */
  readonly without?: string;
};

function Choice({ name, label, any, titles, without }: ChoiceProps) {
  const chosen = useSite().search.get(name) ?? '';
  // A link may name several statuses, or a vendor that the identity data do not have.
  const values = Object.entries(titles).filter(([value]) => value !== without);
  const isOwn = chosen === '' || chosen === without || chosen in titles;
  const all = isOwn ? values : [...values, [chosen, chosen.replaceAll(',', ' or ')] as const];
  return (
    <p class="field">
      <label for={name}>{label}</label>
      <select id={name} name={name}>
        <option value="">{any}</option>
        {all.map(([value, title]) => (
          <option value={value} selected={value === chosen}>
            {title}
          </option>
        ))}
      </select>
    </p>
  );
}

function Field({ name, label, example }: { readonly name: string; readonly label: string; readonly example: string }) {
  const { search } = useSite();
  const id = name.replaceAll(/[[\]]/g, '-');
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        name={name}
        type="text"
        value={search.get(name) ?? ''}
        placeholder={example}
        maxlength={200}
        dir="auto"
      />
    </p>
  );
}
