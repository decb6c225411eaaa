import { familyTitle, vendorTitle } from '../../domain/identity/display-names.ts';
import type { Instant } from '../../domain/instant.ts';
import { getModel } from '../../services/models/models.ts';
import { type Model, modelToJson } from '../models/json.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { asOfField } from '../operation/fields.ts';
import { stampOf } from '../predictions/json.ts';
import { counted } from './counted.ts';
import { FeedLink } from './feed-link.tsx';
import { Link, Said } from './links.tsx';
import { modelEvents } from './live.tsx';
import { ModelTimeline } from './model-timeline.tsx';
import { stageText } from './models.tsx';
import { page } from './page.tsx';
import { Facts, Section, Table } from './parts.tsx';
import { StatementLink } from './prediction-list.tsx';
import { Sentence } from './sentence.tsx';
import { Time } from './time.tsx';
import { PastNotice, pastQuery, TravelSection } from './travel.tsx';
import { When } from './when.tsx';

/** The most rows of feeds that the page lists. */
const witnessesMax = 40;

export const modelPage = page({
  path: '/models/{vendor}/{slug}',
  query: { as_of: asOfField },
  api: ({ vendor, slug }) => `/v1/models/${vendor}/${slug}`,
  load: async (http, { params, query, site }) => {
    const { services } = http;
    const asOf = pastOrNow(http, query.as_of);
    const model = modelToJson(await getModel(services, params.vendor, params.slug, asOf), stampOf(asOf, services));
    const path = `/models/${model.vendor}/${model.slug}`;
    return {
      title: `${model.slug} (${vendorTitle(model.vendor)})`,
      description: `${vendorTitle(model.vendor)} ${model.slug}: ${model.why ?? model.missing ?? 'what feeds list of it'}`,
      canonical: path,
      isUnlisted: asOf !== null,
      past: asOf !== null,
      alternates: [{ path: `/v1${path}${pastQuery(site.search)}`, type: 'application/json', title: 'JSON' }],
      ...(asOf === null ? { live: { types: modelEvents } } : {}),
      content: <ModelContent model={model} asOf={asOf} />,
    };
  },
});

const bases: Readonly<Record<NonNullable<Model['basis']>, string>> = {
  stated: 'a date that the vendor or our reviewed ledger states',
  curated: "a date in the vendor's row of a catalogue",
  late: 'from a stated date to the read that proves it',
  bracket: 'the reads between which it appeared',
};

function ModelContent({ model, asOf }: { readonly model: Model; readonly asOf: Instant | null }) {
  return (
    <>
      <h1>
        <Said>{model.slug}</Said>
      </h1>
      <PastNotice at={asOf} />
      <p class="lede">
        A model of <Link to={`/models?vendor=${encodeURIComponent(model.vendor)}`}>{vendorTitle(model.vendor)}</Link>.
        {model.why === null ? null : (
          <>
            {' '}
            <Sentence>{sentence(model.why)}</Sentence>
          </>
        )}
      </p>
      <Facts
        facts={[
          ['Released', <When at={model.occurred} otherwise="not yet" />],
          ['Dated by', model.basis === null ? null : bases[model.basis]],
          ['Established', model.known_at === null ? null : <Time at={model.known_at} />],
          ['Stage', model.stage === null ? null : stageText(model.stage)],
          ['Read as', describeName(model)],
        ]}
      />
      {model.missing === null ? null : <p class="panel">Missing for a release to count: {model.missing}</p>}
      <Section id="timeline" title="Over time">
        <ModelTimeline model={model} />
      </Section>
      <Section id="said" title="Who said what, and when">
        <Witnesses model={model} />
      </Section>
      <Stages model={model} />
      <Ends model={model} />
      <Attributes model={model} />
      <Section id="predictions" title="Predictions about it">
        <Predictions model={model} />
      </Section>
      <TravelSection at={asOf} />
    </>
  );
}

/** The parts of the name: `GPT, version 5, no tier`. */
function describeName({ family, version, tier }: Model): string {
  const words = [version === null ? 'no version' : `version ${version}`, tier === null ? 'no tier' : `tier ${tier}`];
  return [familyTitle(family), ...words].join(', ');
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}

function ObservationLink({ id, children }: { readonly id: string; readonly children: string }) {
  return (
    <Link to={`/observations/${encodeURIComponent(id)}`}>
      <Said>{children}</Said>
    </Link>
  );
}

const standings: { readonly [S in Model['witnesses'][number]['standing']]: string } = {
  witness: 'evidence',
  young: 'not yet: listed for too short a time',
  slip: 'no evidence: it disappeared soon',
  announcement: 'an announcement only',
  community: 'no evidence: anyone can edit the list',
  other_subject: 'no evidence: of something else',
};

function Witnesses({ model }: { readonly model: Model }) {
  const shown = model.witnesses.slice(0, witnessesMax);
  const left = model.witnesses_total - shown.length;
  return (
    <>
      <Table
        caption="The rows that list it: first those of the model as its vendor offers it, then those of the same model on other hosts. A name leads to the row as it was published."
        columns={[
          'Name in the feed',
          'Feed',
          'Offered by',
          'Counts as',
          'Stage',
          'Listed from',
          'Until',
          'Release date stated',
        ]}
        rows={shown.map((row) => [
          <ObservationLink id={row.observation_id}>{row.name}</ObservationLink>,
          <FeedLink feed={row.feed} />,
          row.own ? 'the vendor' : 'another host',
          standings[row.standing],
          row.stage === null ? '' : stageText(row.stage),
          <Time at={row.seen_from} />,
          row.gone_at === null ? 'still listed' : <Time at={row.gone_at} />,
          <When at={row.dates.at(-1)?.text ?? null} otherwise="none" />,
        ])}
      />
      {left <= 0 ? null : (
        <p class="muted">
          {counted(left, 'more row')}: <Link to={`/v1/models/${model.vendor}/${model.slug}`}>JSON</Link>.
        </p>
      )}
    </>
  );
}

function Stages({ model }: { readonly model: Model }) {
  if (model.stages.length === 0) return null;
  return (
    <Section id="stages" title="Stages">
      <Table
        caption="Every stage with evidence, in the order of a life cycle."
        columns={['Stage', 'Since', 'Until', 'Evidence', 'Stated by']}
        rows={model.stages.map((stage) => [
          stageText(stage.stage),
          <When at={stage.since} />,
          stage.until === null ? '' : <When at={stage.until} />,
          stage.grade === 'admissible' ? 'sufficient' : (stage.missing ?? 'not sufficient'),
          [...new Set(stage.said_by.map(({ feed }) => feed))].slice(0, 4).join(', '),
        ])}
      />
    </Section>
  );
}

function Ends({ model: { retirement } }: { readonly model: Model }) {
  if (retirement === null) return null;
  const { ended, stated, missing } = retirement;
  return (
    <Section id="end" title="Retirement">
      <p>
        {ended === null ? (
          'It is not established that the model was withdrawn.'
        ) : (
          <>
            Withdrawn: <When at={ended} />.
          </>
        )}{' '}
        {missing === null ? null : `Missing: ${missing}.`}
      </p>
      {stated.length === 0 ? null : (
        <Table
          caption="Ends that feeds state. Only a planned, firm or passed end of the vendor's own service can retire the model."
          columns={['End', 'How final', 'Of what', 'Feed', 'Stated since', 'Row']}
          rows={stated.map((end) => [
            <When at={end.text} />,
            end.kind,
            end.scope,
            <FeedLink feed={end.feed} />,
            <Time at={end.since} />,
            <ObservationLink id={end.observation_id}>{end.name}</ObservationLink>,
          ])}
        />
      )}
    </Section>
  );
}

function Attributes({ model: { attributes } }: { readonly model: Model }) {
  if (attributes.length === 0) return null;
  return (
    <Section id="attributes" title="Prices and limits">
      <Table
        caption="In the vendor's own rows, one line for each value."
        columns={['Attribute', 'Value', 'Since', 'Stated by']}
        rows={attributes.map(({ name, value, since, said_by }) => [
          name.replaceAll('_', ' '),
          String(value),
          <When at={since} />,
          [...new Set(said_by.map(({ feed }) => feed))].slice(0, 4).join(', '),
        ])}
        numeric={[1]}
      />
    </Section>
  );
}

function Predictions({ model }: { readonly model: Model }) {
  const { predictions, vendor, family, more_predictions } = model;
  if (predictions.length === 0)
    return (
      <p class="muted">
        No prediction depends on this model.{' '}
        <Link to={`/?vendor=${vendor}&family=${family}`}>Predictions on the family</Link>
      </p>
    );
  return (
    <>
      <ul class="entries">
        {predictions.map(({ slug, statement }) => (
          <li>
            <StatementLink slug={slug} statement={statement} />
          </li>
        ))}
      </ul>
      {more_predictions ? <Link to={`/?vendor=${vendor}&family=${family}`}>All predictions on the family</Link> : null}
    </>
  );
}
