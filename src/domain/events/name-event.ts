import { z } from 'zod';
import type { PartialName } from '../identity/model-id.ts';
import { formatInstant, type Instant } from '../instant.ts';
import { observationPagePath } from '../public-url.ts';
import { clipText, feedSchema, instantText } from './event-fields.ts';

/** What the event about a partially read name contains. */

/** The most predictions that it lists; `predictions.count` is the number of all of them. */
const predictionsMax = 20;
const itemKeyBytesMax = 1500;

const nameReadingSchema = z
  .object({
    family: z.string().nullable().meta({ description: 'Model family. Null if the name begins with no known family.' }),
    version: z.string().nullable().meta({ description: 'Version. Null if there is none or it is uncertain.' }),
    tiers: z.array(z.string()).meta({ description: 'Known words of the tier, in the order of the name.' }),
    unknown: z.array(z.string()).meta({
      description: 'Words that the identity data does not define. Without a family, every word of the name.',
    }),
  })
  .meta({ id: 'MessageNameReading', description: 'The parts of a name that the identity data can read.' });

const nameObservationSchema = z
  .object({
    id: z.string(),
    item_key: z.string().meta({ description: 'Key of the item in the feed. A long key is truncated.' }),
    observed_at: instantText('When the feed was first seen to list the name.'),
  })
  .meta({ id: 'MessageNameObservation', description: 'The first observation of a name.' });

const namePredictionsSchema = z
  .object({
    count: z.int().meta({ description: 'Total number of such predictions.' }),
    ids: z.array(z.string()).meta({ description: `Ids of at most ${predictionsMax} of them.` }),
  })
  .meta({
    id: 'MessageNamePredictions',
    description: 'Predictions that are not resolved and that the name may match.',
  });

const nameLinksSchema = z
  .object({
    unrecognised: z.string().meta({ description: 'URL or path of the list of unrecognised names.' }),
    page: z.string().optional().meta({ description: 'URL or path of the page of the row, if there are pages.' }),
    check: z.string().meta({
      description:
        'URL or path to which to POST an identity addition to check it. Nothing is stored; to create it, POST it to `/v1/identity/additions`.',
    }),
  })
  .meta({ id: 'MessageNameLinks', description: 'Where a curator can define the name.' });

export const nameEventSchema = z.object({
  vendor: z.string().meta({ description: 'Vendor in whose namespace the name is listed.' }),
  name: z.string().meta({ description: 'Name as published.' }),
  reading: nameReadingSchema,
  feed: feedSchema,
  observation: nameObservationSchema,
  predictions: namePredictionsSchema,
  further_names: z.int().meta({
    description: 'Number of other new unrecognised names in the same read that have no event of their own.',
  }),
  links: nameLinksSchema,
});

type UnreadNameFacts = {
  readonly name: string;
  readonly partial: PartialName;
  readonly feed: { readonly id: string; readonly slug: string };
  readonly observation: { readonly id: string; readonly itemKey: string; readonly observedAt: Instant };
  /** Ids of all unresolved predictions that it may match. */
  readonly predictions: readonly string[];
  readonly furtherNames: number;
};

/** The data of the event about a partially read name in a vendor's own namespace. */
export function unreadNameData(facts: UnreadNameFacts): z.infer<typeof nameEventSchema> {
  const { name, partial, feed, observation, predictions, furtherNames } = facts;
  const { vendor, family, version, tiers, unknown } = partial;
  return {
    vendor,
    name,
    reading: { family, version, tiers: [...tiers], unknown: [...unknown] },
    feed: { id: feed.id, slug: feed.slug },
    observation: {
      id: observation.id,
      item_key: clipText(observation.itemKey, itemKeyBytesMax),
      observed_at: formatInstant(observation.observedAt),
    },
    predictions: { count: predictions.length, ids: predictions.slice(0, predictionsMax) },
    further_names: furtherNames,
    links: {
      unrecognised: `/v1/observations/unrecognised?reason=${partial.reason}`,
      page: observationPagePath(observation.id),
      check: '/v1/identity/additions/check',
    },
  };
}
