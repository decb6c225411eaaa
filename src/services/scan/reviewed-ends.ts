import { type EndIndex, findReviewedEnd, reviewedOn } from '../../domain/scan/find-end.ts';
import type { EndSource } from './scan.ts';

/** The ends of the reviewed document that ships with the program. */
export function makeReviewedEnds(index: EndIndex): EndSource {
  const { from, to } = reviewedOn(index.document);
  return {
    describe: () => `Ends as reviewed from ${from} to ${to}, without anything that was announced later.`,
    findEnds: async (ids) => new Map(ids.map((used) => [used.id, findReviewedEnd(index, used)])),
  };
}
