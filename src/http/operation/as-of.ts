import { formatInstant, type Instant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { HttpDeps } from '../deps.ts';

/** What will be known later cannot be told yet: refuses a future `as_of`. Null means now. */
export function pastOrNow(http: HttpDeps, asOf: Instant | undefined): Instant | null {
  if (asOf === undefined) return null;
  const now = http.services.now();
  if (asOf <= now) return asOf;
  const detail = `as_of lies in the future; now it is ${formatInstant(now)} (of a whole day, its end counts)`;
  throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/as_of' }]);
}
