/**
 * The known word that a misspelt word most likely means: the one with the fewest typing errors or, among equals, one
 * that continues it. Null if none is close. Case does not matter.
 */
export function nearestWord(word: string, known: readonly string[]): string | null {
  const wanted = word.toLowerCase();
  const ranked = known
    .map((candidate) => ({
      candidate,
      errors: typingErrors(wanted, candidate.toLowerCase()),
      continued: continues(candidate.toLowerCase(), wanted),
    }))
    .filter(({ errors, continued }) => continued || errors <= errorsMax(wanted))
    .sort((a, b) => a.errors - b.errors || Number(b.continued) - Number(a.continued));
  return ranked[0]?.candidate ?? null;
}

/** The most typing errors for a word: one for every three letters, and at least one. */
function errorsMax(word: string): number {
  return Math.max(1, Math.floor(word.length / 3));
}

const beginningMin = 2;

function continues(candidate: string, beginning: string): boolean {
  return beginning.length >= beginningMin && candidate.startsWith(beginning);
}

/**
 * The number of insertions, deletions, replacements and swaps of neighbours (optimal string alignment) that turn one
 * word into the other.
 */
function typingErrors(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const differs = Number(from[row - 1] !== to[column - 1]);
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + differs,
        swapped ? (beforeLast[column - 2] ?? Number.POSITIVE_INFINITY) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? 0;
}
