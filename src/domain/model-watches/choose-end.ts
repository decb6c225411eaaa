import type { EndKey } from '../ends/end.ts';
import type { WatchedId } from './watched-id.ts';

/**
 * The end that concerns a watched id. An end of its host comes before the vendor's, and an end of the id itself before that of
 * the snapshot for which it stands. The end of a plan concerns no id.
 */
export function chooseEnd<E extends EndKey>(
  { name, standsFor, host }: Pick<WatchedId, 'name' | 'standsFor' | 'host'>,
  ends: readonly E[],
): E | null {
  const ids = [name, standsFor].filter((id) => id !== null);
  const places = host === null ? ([null] as const) : [host, null];
  for (const place of places)
    for (const id of ids) {
      const found = ends.find((end) => end.id === id && end.host === place && end.scope !== 'plan');
      if (found !== undefined) return found;
    }
  return null;
}
