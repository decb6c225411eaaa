/** The maximum length of a badge's label, in characters. A longer label is cut and ends in an ellipsis. */
export const badgeLabelCharsMax = 60;

/** Height, horizontal padding of a text and average width of a character. */
const heightPx = 20;
const padPx = 6;
const charPx = 6.6;

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Removes the characters that XML cannot contain, not even escaped. */
export function removeNonXml(text: string): string {
  return text.replaceAll(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, '');
}

/** Escapes text for an XML element or attribute. Characters that XML cannot contain are removed. */
export function escapeXml(text: string): string {
  return removeNonXml(text).replaceAll(/[&<>"']/g, (char) => escapes[char] ?? char);
}

export function shortenLabel(text: string): string {
  const chars = [...text.trim().replaceAll(/\s+/g, ' ')];
  if (chars.length <= badgeLabelCharsMax) return chars.join('');
  return `${chars
    .slice(0, badgeLabelCharsMax - 1)
    .join('')
    .trimEnd()}…`;
}

const textWidth = (text: string): number => Math.ceil([...text].length * charPx);

/**
 * Renders a badge as SVG without external resources: the label on the left, the message on the right. The text is white,
 * so `color` needs a contrast of at least 4.5:1 to white (WCAG AA).
 */
export function renderBadge(label: string, message: string, color: string): string {
  const left = shortenLabel(label);
  const [leftPx, rightPx] = [textWidth(left) + 2 * padPx, textWidth(message) + 2 * padPx];
  const whole = leftPx + rightPx;
  const words = (text: string, start: number, width: number): string =>
    `<text x="${start + width / 2}" y="14" textLength="${width - 2 * padPx}" lengthAdjust="spacingAndGlyphs">${escapeXml(text)}</text>`;
  // A statement is a sentence: its full stop does not belong before the colon.
  const title = escapeXml(`${left.replace(/[.:…]+$/, '')}: ${message}`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${whole}" height="${heightPx}" role="img" aria-label="${title}">`,
    `<title>${title}</title>`,
    `<rect width="${leftPx}" height="${heightPx}" fill="#444"/>`,
    `<rect x="${leftPx}" width="${rightPx}" height="${heightPx}" fill="${color}"/>`,
    `<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">`,
    words(left, 0, leftPx),
    words(message, leftPx, rightPx),
    '</g></svg>\n',
  ].join('');
}
