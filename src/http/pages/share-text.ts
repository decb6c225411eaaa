/** What the font of the images, DejaVu Sans, has glyphs for. It has none for the scripts of East, South and Southeast Asia. */
const scripts = [
  'Latin',
  'Greek',
  'Cyrillic',
  'Armenian',
  'Hebrew',
  'Arabic',
  'Georgian',
  'Lao',
  'Common',
  'Inherited',
];
const drawn = scripts.map((script) => String.raw`\p{Script=${script}}`).join('');
/** Of all scripts, and nevertheless without glyphs: emoji, and the punctuation and wide forms of East Asia. */
const notDrawn = String.raw`\p{Emoji_Presentation}\u{1f000}-\u{1ffff}\u3000-\u303f\u3200-\u33ff\ufe00-\ufe0f\uff00-\uffef`;
const undrawable = new RegExp(`(?:[^${drawn}]|[${notDrawn}])+`, 'gu');

const ellipsis = '…';

/** Text without the characters that images cannot show, which would be empty boxes. `left`: the share of those characters. */
export function drawableText(text: string): { readonly text: string; readonly left: number } {
  const length = [...text].length;
  const without = [...text.replaceAll(undrawable, '')].length;
  return { text: text.replaceAll(undrawable, ellipsis), left: length === 0 ? 0 : 1 - without / length };
}

const strong = /[\p{Script=Hebrew}\p{Script=Arabic}]|\p{L}/u;
const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}]/u;

/** Whether text is written from right to left: its first letter decides, as `dir="auto"` does. */
export function isRightToLeft(text: string): boolean {
  return rightToLeft.test(strong.exec(text)?.[0] ?? '');
}
