/** The text or, if it is longer than `charsMax` UTF-16 code units, its beginning with an ellipsis. */
export function limitText(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  // Do not cut a surrogate pair in two.
  const end = charsMax - 1;
  const isHalf = /[\uD800-\uDBFF]/.test(text.charAt(end - 1));
  return `${text.slice(0, isHalf ? end - 1 : end)}…`;
}
