/** Converts display names to the form of model ids, so that the identity data can parse them. */

/** A longer text is a sentence, not a name. */
const nameCharactersMax = 60;
const nameWordsMax = 5;

/** Typographic dashes and non-breaking spaces, which ids do not contain. */
const dashes = /[\u2010-\u2015\u2212]/g;
const spaces = /[\s\u00a0\u202f]+/g;

/** The text with every dash replaced by a hyphen and every run of spaces by one space. */
export function plainText(text: string): string {
  return text.replaceAll(dashes, '-').replaceAll(spaces, ' ').trim();
}

/**
 * `Claude Opus 4.5` → `claude-opus-4.5`; null for a text that cannot be a model's name: it has no digit, is too long, or
 * contains a character that names do not use. No word is dropped: an unknown word makes the name unreadable, as it should.
 */
export function nameToId(text: string): string | null {
  const id = plainText(text).toLowerCase().replaceAll(' ', '-');
  if (id.length > nameCharactersMax || plainText(text).split(' ').length > nameWordsMax || !/\d/.test(id)) return null;
  return /^[a-z][a-z0-9.-]*$/.test(id) ? id : null;
}
