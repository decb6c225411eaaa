import type { PredictionJson } from '../predictions/json.ts';
import { shorten } from './layout.tsx';
import { drawableText, isRightToLeft } from './share-text.ts';
import { markOf, shapes } from './status.tsx';
import { describeMoment } from './time.tsx';

/** The size that sites that show links expect. */
export const cardWidth = 1200;
export const cardHeight = 630;
const margin = 72;

/** The widest a line may be, in letters of average width. */
const lineCharsMax = 38;
const linesMax = 5;
const nameCharsMax = 48;
/** The share of a statement that may be left out because the font does not have it. */
const leftMax = 0.2;

/** Characters that no XML document may contain. A statement may. */
const notInXml = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Characters that change the direction of what follows them, which here is text of others. */
const bidiControls = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Around a line from right to left: the renderer would put what is not a letter in the order from left to right. */
const embedFromRight = '\u202b';
const endEmbedding = '\u202c';

/** The colours of the light scheme of `assets/pages.css`: an image cannot follow the reader's. */
const colours = {
  ground: '#faf9f6',
  text: '#1d2126',
  muted: '#5b6068',
  line: '#dcd9d1',
  brand: '#14365f',
  marks: {
    yes: '#14683b',
    no: '#a8271f',
    open: '#2f5583',
    proposed: '#7a5100',
    disputed: '#86308a',
    ambiguous: '#565c64',
    annulled: '#565c64',
    withdrawn: '#565c64',
    undetermined: '#565c64',
  },
} as const;

/** The image of a prediction, as SVG: its mark, its statement, who said it and since when the answer is known. */
export function shareCard(prediction: PredictionJson): string {
  const mark = markOf(prediction);
  const lines = wrapText(statementOf(prediction), lineCharsMax, linesMax);
  const isFromRight = isRightToLeft(lines.join(' '));
  const colour = colours.marks[mark];
  const svg = (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      width={cardWidth}
      height={cardHeight}
      viewBox={`0 0 ${cardWidth} ${cardHeight}`}
      font-family="DejaVu Sans"
      aria-hidden="true"
    >
      <rect width={cardWidth} height={cardHeight} fill={colours.ground} />
      <rect width="16" height={cardHeight} fill={colour} />
      <svg x={margin} y="64" width="56" height="56" viewBox="0 0 16 16" aria-hidden="true">
        <path fill={colour} fill-rule="evenodd" d={shapes[mark]} />
      </svg>
      <text x={margin + 76} y="110" font-size="48" font-weight="bold" fill={colour}>
        {mark}
      </text>
      <text x={cardWidth - margin} y="108" font-size="32" font-weight="bold" text-anchor="end" fill={colours.brand}>
        Outturn
      </text>
      {lines.map((line, index) => (
        <text
          x={isFromRight ? cardWidth - margin : margin}
          y={210 + index * 64}
          font-size="46"
          text-anchor={isFromRight ? 'end' : 'start'}
          fill={colours.text}
        >
          {isFromRight ? `${embedFromRight}${line}${endEmbedding}` : line}
        </text>
      ))}
      <line x1={margin} x2={cardWidth - margin} y1="540" y2="540" stroke={colours.line} stroke-width="2" />
      <text x={margin} y="590" font-size="28" fill={colours.muted}>
        {drawableText(describe(prediction).replaceAll(bidiControls, '')).text}
      </text>
    </svg>
  );
  return svg.toString().replaceAll(notInXml, ' ');
}

/** The statement, or where to read it if the font lacks most of it. */
function statementOf({ statement }: PredictionJson): string {
  const { text, left } = drawableText(statement.replaceAll(bidiControls, ''));
  return left > leftMax ? 'A statement in a script that this image cannot show. Open the page to read it.' : text;
}

function describe({ predictor, made_at, resolution, resolve_by }: PredictionJson): string {
  const who = predictor === null ? 'Said' : `${shorten(predictor.name, nameCharsMax)} said it`;
  const made = `${who} ${describeMoment(made_at) ?? made_at}`;
  const end = resolution?.effective_at.split('/').at(-1) ?? resolve_by;
  if (end === null) return made;
  return `${made} · ${resolution === null ? 'due' : 'settled'} ${describeMoment(end) ?? end}`;
}

/** Breaks text into lines at spaces, and within words that are longer than a line. The last line ends with an ellipsis if more follows. */
export function wrapText(text: string, charsMax: number, max: number): string[] {
  const lines: string[] = [];
  let line = '';
  const pieces = text
    .trim()
    .split(/\s+/)
    .flatMap((word) => cutWord(word, charsMax));
  for (const piece of pieces) {
    const longer = line === '' ? piece : `${line} ${piece}`;
    if (widthOf(longer) <= charsMax) line = longer;
    else {
      lines.push(line);
      line = piece;
    }
    if (lines.length === max) break;
  }
  if (lines.length < max) return line === '' ? lines : [...lines, line];
  return [...lines.slice(0, -1), `${shorten(lines.at(-1) ?? '', charsMax - 1).replace(/…$/, '')}…`];
}

function cutWord(word: string, charsMax: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const char of word) {
    if (piece !== '' && widthOf(piece + char) > charsMax) {
      pieces.push(piece);
      piece = '';
    }
    piece += char;
  }
  return [...pieces, piece];
}

/** The width in letters of average width: capitals are wider, and characters of East Asia twice as wide. */
function widthOf(text: string): number {
  let width = 0;
  for (const char of text) width += /[\u1100-\uffdf]/.test(char) ? 2 : /[\p{Lu}@%]/u.test(char) ? 1.35 : 1;
  return width;
}
