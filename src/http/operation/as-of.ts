import { formatInstant, type Instant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { HttpDeps } from '../deps.ts';

/** The moment of an `as_of` parameter, or null for now. Refuses a future one with `validation_failed`. */
export function pastOrNow(http: Pick<HttpDeps, 'services'>, asOf: Instant | undefined): Instant | null {
  if (asOf === undefined) return null;
  const now = http.services.now();
  if (asOf <= now) return asOf;
  const detail = `as_of must not be in the future: it is ${formatInstant(now)} now, and a day means its end`;
  throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/as_of' }]);
}
