import { z } from '@hono/zod-openapi';
import { trusts } from '../../domain/feeds/trust.ts';
import { formatInstant } from '../../domain/instant.ts';
import type { RowRecord } from '../../domain/models/record.ts';
import { instantText } from '../operation/fields.ts';

/** Dates told of at most for one row: the latest that it stated. */
export const datesPerRowMax = 20;

/** Who says a thing, on which row. */
export const voiceFields = {
  feed: z.string().meta({ description: 'Slug of the feed.', example: 'models-dev' }),
  origin: z.string().meta({ description: 'Feeds of one origin copy each other and count once.' }),
  trust: z.enum(trusts),
  name: z.string().meta({ description: 'The model id as published.', example: 'gpt-5' }),
  observation_id: z.string(),
};

type Voice = Pick<RowRecord, 'sighting' | 'feed' | 'trust'>;

export function voiceToJson({ sighting, feed, trust }: Voice, observationId: string) {
  return { feed: feed.slug, origin: feed.origin, trust, name: sighting.name, observation_id: observationId };
}

const statedDateSchema = z.object({
  text: z.string().meta({ description: 'Verbatim.', example: '2025-08-07' }),
  weight: z.enum(['stands', 'curated']).meta({
    description: "stands: the vendor's or the ledger's word. curated: held against the bracket of sightings.",
  }),
  use: z.enum(['used', 'set_aside', 'replaced']),
  why: z.string().nullable().meta({ description: 'Why it decides nothing; null when it was used.' }),
  observed_at: instantText('Since when the row states it.'),
  observation_id: z.string(),
});

export const witnessRowSchema = z
  .object({
    ...voiceFields,
    host: z.string().nullable().meta({ description: 'The provider or namespace that it stands under.' }),
    own: z.boolean().meta({ description: "It stands where its vendor itself publishes. Hosts' rows date nothing." }),
    standing: z.enum(['witness', 'young', 'slip', 'announcement', 'community', 'other_subject']).meta({
      description:
        'How it takes part: a witness; young: listed for less than 24 hours; slip: gone within 24 hours; announcement: the model is not yet, or not publicly, available; a feed that anybody writes; a list of something other than releases.',
    }),
    stage: z.enum(['announced', 'limited', 'preview', 'general']).meta({
      description:
        'The stage of the model by this row. limited: only approved customers can call it, which is no release.',
    }),
    seen_from: instantText('The first poll of the run that lists it.'),
    absent_at: instantText('The last poll before without it; null when it was there from the first poll.').nullable(),
    gone_at: instantText('The first poll after without it; null while it is listed.').nullable(),
    dates: z
      .array(statedDateSchema)
      .meta({ description: `Release dates that it stated, oldest first; the last ${datesPerRowMax}.` }),
    shutdown: z.string().nullable().meta({ description: 'The shutdown date that it states, verbatim.' }),
  })
  .meta({ id: 'ModelWitness', description: 'One run of polls of one feed that list the model under one name.' });

export function witnessRowToJson(row: RowRecord): z.infer<typeof witnessRowSchema> {
  const { sighting, version } = row;
  return {
    ...voiceToJson(row, version.observationId),
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
  };
}
