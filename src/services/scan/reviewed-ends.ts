import type { IdentityTable } from '../../domain/identity/table.ts';
import { findStatedEnd, indexEnds } from '../../domain/scan/find-end.ts';
import { type EndsDocument, listReviewedEnds, reviewedOn } from '../../domain/scan/stated-ends.ts';
import type { EndSource } from './scan.ts';

/** The ends of the reviewed document that ships with the program. */
export function makeReviewedEnds(table: IdentityTable, document: EndsDocument, knownIds: readonly string[]): EndSource {
  const index = indexEnds(table, listReviewedEnds(document), knownIds);
  const { from, to } = reviewedOn(document);
  return {
    describe: () => `Ends as reviewed from ${from} to ${to}, without anything that was announced later.`,
    findEnds: async (ids) => new Map(ids.map((used) => [used.id, findStatedEnd(index, used)])),
  };
}
