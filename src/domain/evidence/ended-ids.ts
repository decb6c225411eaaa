/** How much of a model has ended, for feeds that list only what ends. The end of one id is not the end of the model. */

/**
 * `whole`: every id under which the vendor itself lists the model has ended. `name`: the unstamped id has ended, and
 * nothing is stated about snapshots. `part`: only some snapshots have ended.
 */
export type Extent = 'whole' | 'name' | 'part';

/**
 * Compares the ids that are stated to end with the known ids of a model. An alias and its snapshots end together: a
 * name ends with the last of its snapshots, and a sole snapshot ends with the name that points to it.
 */
export function extentOfEnd(ended: readonly string[], known: readonly string[]): Extent {
  const stated = new Set(ended.map(plainId));
  const ids = new Set([...stated, ...known.map(plainId)]);
  const snapshots = [...ids].filter((id) => [...ids].some((name) => isSnapshotOf(id, name)));
  const hasEnded = (id: string): boolean => {
    if (stated.has(id)) return true;
    const own = snapshots.filter((snapshot) => isSnapshotOf(snapshot, id));
    if (own.length > 0) return own.every((snapshot) => stated.has(snapshot));
    const names = [...ids].filter((name) => isSnapshotOf(id, name));
    return names.some(
      (name) => stated.has(name) && snapshots.filter((other) => isSnapshotOf(other, name)).length === 1,
    );
  };
  if ([...ids].every(hasEnded)) return 'whole';
  const isTheName = (id: string): boolean => [...ids].every((other) => other === id || other.startsWith(`${id}-`));
  return [...stated].some(isTheName) ? 'name' : 'part';
}

/** `Anthropic/claude-3.5-sonnet:beta` → `claude-3-5-sonnet`: without hosts around it and with one decimal sign. */
function plainId(id: string): string {
  const leaf = id.toLowerCase().split('/').at(-1) ?? '';
  return (leaf.split(':')[0] ?? '').replaceAll(/[._@]/g, '-');
}

/** `gpt-4o-2024-05-13` is a snapshot of `gpt-4o`, `gpt-4-0613` of `gpt-4`, `gemini-2-0-flash-001` of `gemini-2-0-flash`. */
function isSnapshotOf(id: string, name: string): boolean {
  return id.startsWith(`${name}-`) && /^\d{3}/.test(id.slice(name.length + 1));
}
