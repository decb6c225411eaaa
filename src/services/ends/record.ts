import { recordEnds, type VendorRecord } from '../../domain/ends/record.ts';
import type { EndScope } from '../../domain/feeds/stated-end.ts';
import type { Instant } from '../../domain/instant.ts';
import { listEndHistories } from '../../store/end-record.ts';
import type { Deps } from '../deps.ts';

/** How the stated ends of each vendor turned out, as known at `asOf`, or now if it is null. */
export async function getEndRecord(
  deps: Deps,
  filter: { readonly scope: EndScope; readonly vendor: string | undefined },
  asOf: Instant | null,
): Promise<VendorRecord[]> {
  return recordEnds(await listEndHistories(deps.db.sql, filter, asOf), asOf ?? deps.now());
}
