/** A fenced block of a document, with its language and its line number. */
export type Block = { readonly language: string; readonly text: string; readonly line: number };

export function fencedBlocks(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1] ?? '',
    text: match[2] ?? '',
    line: markdown.slice(0, match.index).split('\n').length,
  }));
}

/**
 * The differences between a value and the one that a document shows. Objects may have more fields than shown, arrays
 * must have as many entries, and "…" stands for any text. Empty if the document is correct.
 */
export function differsFromShown(shown: unknown, actual: unknown, path = ''): string[] {
  if (shown === '…')
    return typeof actual === 'string' && actual !== '' ? [] : [`${path} is ${JSON.stringify(actual)}, no text`];
  if (Array.isArray(shown)) {
    if (!Array.isArray(actual) || actual.length !== shown.length) return [`${path} is ${JSON.stringify(actual)}`];
    return shown.flatMap((item, index) => differsFromShown(item, actual[index], `${path}/${index}`));
  }
  if (typeof shown === 'object' && shown !== null) {
    if (typeof actual !== 'object' || actual === null) return [`${path} is ${JSON.stringify(actual)}`];
    const fields = new Map<string, unknown>(Object.entries(actual));
    return Object.entries(shown).flatMap(([name, value]) =>
      differsFromShown(value, fields.get(name), `${path}/${name}`),
    );
  }
  return shown === actual ? [] : [`${path} is ${JSON.stringify(actual)}, shown as ${JSON.stringify(shown)}`];
}
