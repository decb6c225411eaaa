/** Names as people write them, brought into the form of ids, so that the reviewed tables can read them. */

/** Longer texts are sentences. */
const nameCharactersMax = 60;
const nameWordsMax = 5;

/** Dashes that typesetters use and ids do not, and spaces that do not break. */
const dashes = /[\u2010-\u2015\u2212]/g;
const spaces = /[\s\u00a0\u202f]+/g;

/** A text with one kind of dash and of space. */
export function plainText(text: string): string {
  return text.replaceAll(dashes, '-').replaceAll(spaces, ' ').trim();
}

/**
 * `Claude Opus 4.5` → `claude-opus-4.5`; null for what cannot be a model's name: without a number, too long, or with
 * any character that names do not have. Nothing is left out of the name: words that the tables do not know keep it from
 * being read.
 */
export function nameToId(text: string): string | null {
  const id = plainText(text).toLowerCase().replaceAll(' ', '-');
  if (id.length > nameCharactersMax || plainText(text).split(' ').length > nameWordsMax || !/\d/.test(id)) return null;
  return /^[a-z][a-z0-9.-]*$/.test(id) ? id : null;
}
