import {
  type SymbolType,
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
} from 'd3-shape';
import { place } from './axis.tsx';

const shapes = {
  circle: symbolCircle,
  square: symbolSquare,
  diamond: symbolDiamond,
  triangle: symbolTriangle,
  cross: symbolCross,
  star: symbolStar,
} as const satisfies Readonly<Record<string, SymbolType>>;

export type Shape = keyof typeof shapes;

/** The order in which series take shapes and dashes, so that series differ in more than colour. */
export const seriesShapes: readonly Shape[] = ['circle', 'square', 'triangle', 'diamond', 'cross', 'star'];

const area = 64;

const outlines: ReadonlyMap<Shape, string> = new Map(
  // The keys of a literal are its names.
  (Object.keys(shapes) as Shape[]).map((name) => [name, symbol(shapes[name], area).digits(1)() ?? '']),
);

type MarkProps = {
  readonly shape: Shape;
  /** Position along the width, in percent. */
  readonly x: number;
  readonly y: number;
  /** For a pointer that rests on it. */
  readonly label?: string;
  readonly class?: string;
};

/** A mark of a plot. */
export function Mark({ shape, x, y, label, class: name }: MarkProps) {
  return (
    <svg x={place(x)} y={y} overflow="visible" aria-hidden="true" class={name === undefined ? 'dot' : `dot ${name}`}>
      <path d={outlines.get(shape)}>{label === undefined ? null : <title>{label}</title>}</path>
    </svg>
  );
}
