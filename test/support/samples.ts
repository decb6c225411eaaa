import { readSelection } from './selection.ts';

/**
 * How often a test repeats a slow check. The selections `fast` and `programs` make the same assertions fewer times than
 * `npm run test:all` and `npm run test:laws`.
 */
export function samples(inFull: number, inFast: number): number {
  switch (readSelection()) {
    case 'all':
    case 'laws':
      return inFull;
    case 'fast':
    case 'programs':
      return inFast;
  }
}
