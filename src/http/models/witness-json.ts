import { z } from '@hono/zod-openapi';
import { endKinds, endScopes } from '../../domain/feeds/stated-end.ts';
import { trusts } from '../../domain/feeds/trust.ts';
import { formatInstant } from '../../domain/instant.ts';
import type { RowRecord, StatedEndDate } from '../../domain/models/record.ts';
import { instantText } from '../operation/fields.ts';

/** The most dates that one row lists; the latest are kept. */
export const datesPerRowMax = 20;

/** The most ends that one row lists; the latest are kept. */
export const endsPerRowMax = 20;

/** The row of a feed that states a fact. */
export const sourceFields = {
  feed: z.string().meta({ description: 'Slug of the feed.', example: 'models-dev' }),
  origin: z.string().meta({ description: 'Origin of the data. Feeds of one origin count as one.' }),
  trust: z.enum(trusts),
  name: z.string().meta({ description: 'Model id as published.', example: 'gpt-5' }),
  observation_id: z.string(),
};

type Source = Pick<RowRecord, 'sighting' | 'feed' | 'trust'>;

export function sourceToJson({ sighting, feed, trust }: Source, observationId: string) {
  return { feed: feed.slug, origin: feed.origin, trust, name: sighting.name, observation_id: observationId };
}

const statedDateSchema = z.object({
  text: z.string().meta({ description: 'The date as stated.', example: '2025-08-07' }),
  weight: z.enum(['stands', 'curated']).meta({
    description:
      '`stands`: stated by the vendor or the ledger, and used as it is. `curated`: stated by a catalogue, and checked against the bracket.',
  }),
  use: z.enum(['used', 'set_aside', 'replaced']),
  why: z.string().nullable().meta({ description: 'Why it was not used. Null if it was.' }),
  observed_at: instantText('When the row first stated it.'),
  observation_id: z.string(),
});

export const endFields = {
  kind: z.enum(endKinds).meta({
    description:
      'How final the date is. `earliest`: the model does not end before it. `planned`: it is meant to end then. `firm`: the date was announced as final. `passed`: the row says that the model has ended.',
  }),
  scope: z.enum(endScopes).meta({
    description:
      "What ends. `vendor`: the vendor's own service. `host`: the service of a host. `plan`: a plan or an app, while the vendor's API goes on. Only `vendor` can retire a model.",
  }),
};

export const statedEndSchema = z
  .object({
    text: z
      .string()
      .nullable()
      .meta({ description: 'The date as stated. Null if the row stated no date from then on.', example: '2026-06-01' }),
    ...endFields,
    observed_at: instantText('When the row first stated it.'),
    observation_id: z.string(),
  })
  .meta({ id: 'StatedEnd', description: 'An end that a row states or stated.' });

export function statedEndToJson(end: StatedEndDate): z.infer<typeof statedEndSchema> {
  const { text, kind, scope, observedAt, observationId } = end;
  return { text, kind, scope, observed_at: formatInstant(observedAt), observation_id: observationId };
}

export const witnessRowSchema = z
  .object({
    ...sourceFields,
    host: z.string().nullable().meta({ description: 'Provider or namespace of the row. Null if there is none.' }),
    own: z.boolean().meta({
      description: 'Whether only the vendor itself can publish this row. Rows of other hosts are not used for dates.',
    }),
    standing: z.enum(['witness', 'young', 'slip', 'announcement', 'community', 'other_subject']).meta({
      description:
        'How the row counts. `witness`: as evidence. `young`: not yet, because no read at least 24 hours after the first has confirmed it. `slip`: no, because the row disappeared before such a read. `announcement`: the model is not yet, or not publicly, available. `community`: anyone can edit the feed. `other_subject`: the feed is not evidence of releases.',
    }),
    stage: z.enum(['announced', 'limited', 'preview', 'general']).meta({
      description:
        'The stage that the row states. `limited`: only approved customers can use it, which is not a release.',
    }),
    seen_from: instantText('Time of the first poll that listed it.'),
    absent_at: instantText(
      'Time of the last poll before `seen_from` that did not list it. Null if the first poll of the feed listed it.',
    ).nullable(),
    gone_at: instantText('Time of the first later poll that no longer listed it. Null while it is listed.').nullable(),
    dates: z
      .array(statedDateSchema)
      .meta({ description: `The last ${datesPerRowMax} release dates that it stated, oldest first.` }),
    shutdown: z.string().nullable().meta({ description: 'The shutdown date that it states. Null if none.' }),
    ends: z.array(statedEndSchema).meta({
      description: `The last ${endsPerRowMax} ends that it stated, oldest first. Each change of the date is an entry of its own, with the time of the poll that first showed it.`,
    }),
  })
  .meta({
    id: 'ModelWitness',
    description: 'A row of a feed that lists the model under one name, over consecutive polls.',
  });

export function witnessRowToJson(row: RowRecord): z.infer<typeof witnessRowSchema> {
  const { sighting, version } = row;
  return {
    ...sourceToJson(row, version.observationId),
    host: sighting.host,
    own: sighting.model.own,
    standing: row.standing,
    stage: version.stage,
    seen_from: formatInstant(sighting.seenFrom),
    absent_at: sighting.absentAt === null ? null : formatInstant(sighting.absentAt),
    gone_at: row.goneAt === null ? null : formatInstant(row.goneAt),
    dates: row.dates.slice(-datesPerRowMax).map((date) => ({
      text: date.text,
      weight: date.weight,
      use: date.use,
      why: date.why,
      observed_at: formatInstant(date.observedAt),
      observation_id: date.observationId,
    })),
    shutdown: version.shutdown ?? null,
    ends: row.ends.slice(-endsPerRowMax).map(statedEndToJson),
  };
}
