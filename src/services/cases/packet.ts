import type { Instant } from '../../domain/instant.ts';
import { insertEvidence } from '../../store/case-evidence.ts';
import type { Sql } from '../../store/db.ts';
import { listStartingEvidence } from '../../store/starting-evidence.ts';
import type { Deps } from '../deps.ts';

/** Recorded as who added the items that the seed file has about a claim. */
const seedName = 'seed';

/** Begins the packet of a new case with the starting evidence about its claim. */
export async function beginPacket(
  tx: Sql,
  deps: Deps,
  { id: caseId, predictionId }: { readonly id: string; readonly predictionId: string },
  now: Instant,
): Promise<void> {
  for (const { url, locator, paraphrase, stance } of await listStartingEvidence(tx, predictionId)) {
    const words = { quote: paraphrase, locator, paraphrased: true };
    await insertEvidence(tx, { id: deps.newId('evi'), caseId, url, ...words, stance, addedBy: seedName, addedAt: now });
  }
}
