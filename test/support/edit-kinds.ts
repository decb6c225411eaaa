import type { ApiWorld } from './api-world.ts';
import { gpt5 } from './claims.ts';
import type { Answer, Json } from './http-client.ts';

/** Every kind of change that can concern a claim, and the response of the service in every status of the claim. */

export const claimStates = ['open', 'proposed', 'resolved', 'disputed', 'withdrawn'] as const;
export type ClaimState = (typeof claimStates)[number];

/** A claim with everything that a change of it may refer to. `formerSource` was its source in an earlier version. */
export type Subject = {
  readonly id: string;
  readonly slug: string;
  readonly source: string;
  readonly formerSource: string;
  readonly otherSource: string;
  readonly predictor: string;
  readonly otherPredictor: string;
};

/** What a change affects: what the claim says, how it is found, its settlement, or something beside the claim. */
type Effect = 'words' | 'finding' | 'criterion' | 'erratum' | 'withdrawal' | 'decision' | 'forecast' | 'beside';

export type Change = {
  readonly name: string;
  readonly effect: Effect;
  /** The code of the refusal, if it is refused in every status. */
  readonly refused?: string;
  readonly send: (world: ApiWorld, subject: Subject) => Promise<Answer>;
};

let sent = 0;
/** A value that no earlier call returned. */
function fresh(text: string): string {
  sent += 1;
  return `${text} ${sent}`;
}

const edit = (field: string, effect: Effect, newValue: (subject: Subject) => unknown, how = ''): Change => ({
  name: `edit ${field}${how}`,
  effect,
  send: (world, subject) =>
    world.admin(`PATCH /v1/predictions/${subject.id}`, { json: { [field]: newValue(subject) } }),
});

const replace = (what: string, more: object): Change => ({
  name: `replace the ${what} of the criterion`,
  effect: 'criterion',
  send: (world, { id }) => {
    const criterion = {
      op: 'all',
      of: [
        { op: 'judged', question: fresh('Is it?') },
        { op: 'released', model: gpt5, ...more },
      ],
    };
    return world.admin(`POST /v1/predictions/${id}/criterion`, { json: { criterion, reason: 'A slip.' } });
  },
});

const reasons = {
  yes: 'evidence_reviewed',
  no: 'evidence_reviewed',
  ambiguous: 'reality_unclear',
  annulled: 'criterion_defective',
} as const;

const decide = (outcome: keyof typeof reasons): Change => ({
  name: `decide ${outcome}`,
  effect: 'decision',
  send: (world, { id }) => {
    const json = { outcome, effective_at: '2026-01-15', reason_code: reasons[outcome], reason: fresh('Reviewed.') };
    return world.admin(`POST /v1/predictions/${id}/resolutions`, { json });
  },
});

const forecast = (whose: string, predictorOf: (subject: Subject) => string): Change => ({
  name: `forecast of ${whose}`,
  effect: 'forecast',
  send: (world, subject) =>
    world.admin(`POST /v1/predictions/${subject.id}/forecasts`, {
      json: { probability: 0.5, predictor_id: predictorOf(subject) },
    }),
});

const correct = (kind: 'source' | 'predictor', field: string, newValue: () => unknown): Change => ({
  name: `correct the ${kind}: ${field}`,
  effect: 'beside',
  send: (world, subject) => world.admin(`PATCH /v1/${kind}s/${subject[kind]}`, { json: { [field]: newValue() } }),
});

const remove = (kind: 'source' | 'predictor', which: keyof Subject, name: string): Change => ({
  name: `delete ${name}`,
  effect: 'beside',
  refused: 'conflict',
  send: (world, subject) => world.admin(`DELETE /v1/${kind}s/${subject[which]}`),
});

const removeUnused = (kind: 'source' | 'predictor', field: string): Change => ({
  name: `delete an unused ${kind}`,
  effect: 'beside',
  send: async (world) => {
    const created = await world.admin(`POST /v1/${kind}s`, { json: { [field]: 'Unused' } });
    return await world.admin(`DELETE /v1/${kind}s/${created.json.id}`);
  },
});

export const changes: readonly Change[] = [
  edit('statement', 'words', () => fresh('Reworded.')),
  edit('fine_print', 'words', () => fresh('More precisely.')),
  edit('fine_print', 'words', () => null, ' to null'),
  edit('locator', 'words', () => fresh('section')),
  edit('locator', 'words', () => null, ' to null'),
  edit('source_id', 'words', ({ otherSource }) => otherSource),
  edit('source_id', 'words', () => null, ' to null'),
  edit('predictor_id', 'words', ({ otherPredictor }) => otherPredictor),
  edit('predictor_id', 'words', () => null, ' to null'),
  edit('tags', 'finding', () => [fresh('tag')]),
  edit('tags', 'finding', () => [], ' to none'),
  edit('slug', 'finding', () => fresh('slug').replace(' ', '-')),
  replace('question', {}),
  replace('deadline', { by: '2039-12-31' }),
  {
    name: 'add an erratum',
    effect: 'erratum',
    send: (world, { id }) =>
      world.admin(`POST /v1/predictions/${id}/errata`, { json: { text: fresh('Page 12.'), reason: 'A slip.' } }),
  },
  { name: 'withdraw', effect: 'withdrawal', send: (world, { id }) => world.admin(`DELETE /v1/predictions/${id}`) },
  decide('yes'),
  decide('no'),
  decide('ambiguous'),
  decide('annulled'),
  forecast('its predictor', ({ predictor }) => predictor),
  forecast('another predictor', ({ otherPredictor }) => otherPredictor),
  correct('source', 'title', () => fresh('An article')),
  correct('source', 'url', () => `https://example.com/${fresh('a').replace(' ', '-')}`),
  correct('source', 'language', () => null),
  correct('source', 'author', () => fresh('An author')),
  correct('source', 'published_at', () => '2025-01'),
  correct('predictor', 'name', () => fresh('A predictor')),
  correct('predictor', 'url', () => `https://example.com/${fresh('b').replace(' ', '-')}`),
  remove('source', 'source', 'its source'),
  remove('source', 'formerSource', 'its former source'),
  remove('predictor', 'predictor', 'its predictor'),
  removeUnused('source', 'title'),
  removeUnused('predictor', 'name'),
];

/** The code with which a change is refused in a status; null if the change is accepted. */
export function refusalOf({ effect, refused }: Change, state: ClaimState): string | null {
  const isDecided = state === 'resolved' || state === 'disputed';
  switch (effect) {
    case 'words':
    case 'criterion':
      return isDecided || state === 'withdrawn' ? 'frozen' : null;
    case 'withdrawal':
      return isDecided || state === 'proposed' ? 'not_withdrawable' : null;
    case 'decision':
      return state === 'withdrawn' ? 'withdrawn' : null;
    case 'forecast':
      return state === 'withdrawn' ? 'withdrawn' : state === 'resolved' ? 'conflict' : null;
    case 'finding':
    case 'erratum':
      return null;
    case 'beside':
      return refused ?? null;
  }
}

async function create(world: ApiWorld, collection: string, json: object): Promise<string> {
  const answer = await world.admin(`POST /v1/${collection}`, { json });
  if (answer.status !== 201) throw new Error(`creating one of ${collection} was refused: ${answer.text}`);
  return answer.json.id;
}

/** A source and a predictor to which claims can be moved. */
export async function createOthers(world: ApiWorld): Promise<Pick<Subject, 'otherSource' | 'otherPredictor'>> {
  return {
    otherSource: await create(world, 'sources', { title: 'Other' }),
    otherPredictor: await create(world, 'predictors', { name: 'The editor' }),
  };
}

let subjects = 0;

/** Records a claim with a source, a predictor, a forecast and an earlier version. */
export async function recordSubject(
  world: ApiWorld,
  others: Pick<Subject, 'otherSource' | 'otherPredictor'>,
  fields: object,
): Promise<Subject> {
  subjects += 1;
  const slug = `subject-${subjects}`;
  const source = await create(world, 'sources', { title: 'Own', language: 'fr' });
  const formerSource = await create(world, 'sources', { title: 'Former' });
  const predictor = await create(world, 'predictors', { name: 'The author' });
  const id = await create(world, 'predictions', {
    slug,
    statement: 'It happens.',
    made_at: '2025-01',
    fine_print: 'In full.',
    locator: 'section VI',
    source_id: formerSource,
    predictor_id: predictor,
    probability: 0.9,
    tags: [slug],
    ...fields,
  });
  const moved = await world.admin(`PATCH /v1/predictions/${id}`, { json: { source_id: source } });
  if (moved.status !== 200) throw new Error(`moving a claim was refused: ${moved.text}`);
  return { ...others, id, slug, source, formerSource, predictor };
}

/** Every response about a claim as of a moment, byte for byte. */
export async function saidAsOf(world: ApiWorld, subject: Subject, moment: string): Promise<string[]> {
  const { id, slug, source, otherSource, predictor, otherPredictor } = subject;
  const paths = [
    `/v1/predictions/${id}?`,
    `/v1/predictions/${slug}?`,
    `/v1/predictions/${id}/explanation?`,
    `/v1/predictions/${id}/forecasts?`,
    `/v1/predictions?tag=${slug}&`,
    `/v1/predictions?predictor=${predictor}&status=open,proposed,withdrawn&`,
    `/v1/predictions?predictor=${otherPredictor}&`,
    `/v1/predictions?source=${source}&status=resolved,disputed&`,
    `/v1/predictions?source=${otherSource}&`,
    `/v1/sources/${source}?`,
    `/v1/predictors/${predictor}?`,
    `/v1/predictors/${predictor}/scorecard?`,
    `/v1/predictors/${otherPredictor}/scorecard?`,
  ];
  return await Promise.all(
    paths.map(async (path) => {
      const { status, headers, text } = await world.anyone(`GET ${path}as_of=${moment}`);
      return `${path} ${status} ${headers.etag} ${text}`;
    }),
  );
}

/** The fields of a prediction that say what is claimed, by whom and where, and how it was settled. */
export function claimOf(prediction: Json): Json {
  const { statement, fine_print, locator, made_at, criterion, status, outcome, resolution } = prediction;
  const [source, predictor] = [prediction.source?.id, prediction.predictor?.id];
  return { statement, fine_print, locator, made_at, criterion, source, predictor, status, outcome, resolution };
}
