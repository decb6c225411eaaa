import { z } from 'zod';
import type { ModelName } from '../criterion/pattern.ts';
import type { Suspension } from '../evidence/suspension.ts';
import { formatInstant, formatInterval, type Instant } from '../instant.ts';
import { modelPagePath } from '../public-url.ts';
import { instantText, pageLink } from './event-fields.ts';

/** The most observations that an event about a suspension lists. */
const suspensionEvidenceMax = 20;

export const modelSchema = z
  .object({
    id: z.string(),
    vendor: z.string(),
    slug: z.string(),
    family: z.string(),
    version: z.string().nullable().meta({ description: 'Version of the model. Null if it has none.' }),
    tier: z.string().nullable(),
  })
  .meta({ id: 'MessageModel', description: 'The model.' });

export const modelLinksSchema = z.object({
  model: z.string().meta({ description: 'URL if OUTTURN_PUBLIC_URL is set; otherwise a path.' }),
  page: pageLink,
});

export function modelLinks(vendor: string, slug: string): z.infer<typeof modelLinksSchema> {
  return { model: `/v1/models/${vendor}/${slug}`, page: modelPagePath(vendor, slug) };
}

/** The most watches that an event lists; endpoints are matched against all of them. */
export const eventWatchesMax = 50;

export const watchesField = z
  .array(z.string())
  .meta({ description: `Ids of at most ${eventWatchesMax} of the watches that it concerns.` });

const suspensionSchema = z
  .object({
    since: z.string().meta({ description: 'When it was withdrawn: a date, a date-time or `start/end`.' }),
    until: z.string().nullable().meta({
      description: 'When it became available again: a date, a date-time or `start/end`. Null while it is not.',
    }),
    known_at: instantText('When the feed that reports it first showed it.'),
    evidence: z.array(z.string()).meta({ description: `Ids of at most ${suspensionEvidenceMax} observations.` }),
  })
  .meta({ id: 'MessageSuspension', description: 'A period during which the publisher did not offer a model.' });

export const suspensionEventSchema = z.object({
  model: modelSchema,
  suspension: suspensionSchema,
  watches: watchesField.optional(),
  links: modelLinksSchema,
});

/** The data of an event about a suspension, known at `knownAt`. */
export function suspensionEventData(
  { vendor, family, version, tier }: ModelName,
  slug: string,
  { since, until, witnesses, knownAt }: Pick<Suspension, 'since' | 'until' | 'witnesses'> & { knownAt: Instant },
): z.infer<typeof suspensionEventSchema> {
  return {
    model: { id: `${vendor}/${slug}`, vendor, slug, family, version, tier },
    suspension: {
      since: formatInterval(since),
      until: until === null ? null : formatInterval(until),
      known_at: formatInstant(knownAt),
      evidence: witnesses.slice(0, suspensionEvidenceMax).map(({ version: { observationId } }) => observationId),
    },
    links: modelLinks(vendor, slug),
  };
}
