import { z } from 'zod';
import type { EndChange } from '../ends/changes.ts';
import type { Instant } from '../instant.ts';
import {
  endLinks,
  endLinksSchema,
  endMoveData,
  endMoveSchema,
  messageEnd,
  messageEndSchema,
  messageModel,
} from './message-end.ts';
import { modelSchema, watchesField } from './model-event.ts';

/** What the events about changes of stated ends contain. */

/** The most observations that an event about an end lists. */
const endEvidenceMax = 20;

export const endedModelField = modelSchema
  .nullable()
  .meta({ description: 'The model of the id. Null for an alias of changing models.' });

const subject = {
  model: endedModelField,
  end: messageEndSchema,
  watches: watchesField.optional(),
  links: endLinksSchema,
};

export const endMovedEventSchema = z.object({
  ...subject,
  moved_from: endMoveSchema.nullable().meta({ description: 'Null if the end had no date before.' }),
});

export const endedEventSchema = z.object({
  ...subject,
  evidence: z
    .array(z.string())
    .meta({ description: `Ids of at most ${endEvidenceMax} observations that show the end.` }),
});

export const successorEventSchema = z.object({
  ...subject,
  successor: modelSchema.meta({ id: 'MessageReleasedSuccessor', description: 'The released model.' }),
});

/** The data of the event that the model which a source recommends instead is released; null if its id names no model. */
export function successorEventData(change: EndChange, now: Instant): z.infer<typeof successorEventSchema> | null {
  const model = change.after.successor?.model ?? null;
  if (model === null) return null;
  const { vendor, slug, family, version, tier } = model;
  return {
    ...endSubjectData(change, now),
    successor: { id: `${vendor}/${slug}`, vendor, slug, family, version, tier },
  };
}

/** The data that all events about an end have in common, at the time of the event. */
function endSubjectData({ after, knownAt }: Pick<EndChange, 'after' | 'knownAt'>, now: Instant) {
  return { model: messageModel(after), end: messageEnd(after, { knownAt, now }), links: endLinks(after) };
}

export function endMovedEventData(change: EndChange, now: Instant): z.infer<typeof endMovedEventSchema> {
  const last = change.before?.kind != null && change.before.date === null ? undefined : change.after.movedFrom.at(-1);
  return { ...endSubjectData(change, now), moved_from: last === undefined ? null : endMoveData(last) };
}

export function endedEventData(change: EndChange, now: Instant): z.infer<typeof endedEventSchema> {
  return { ...endSubjectData(change, now), evidence: change.after.evidence.slice(0, endEvidenceMax) };
}
