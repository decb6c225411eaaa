import { readSelection } from './selection.ts';

/**
 * The seed of properties and generated requests that name none. `npm run test:all` draws another one in each run (null) and so
 * finds new examples; the other runs are a gate, which must give the same result for the same tree. A failure prints its seed.
 */
export function gateSeed(): number | null {
  return readSelection() === 'all' ? null : 20_261_130;
}
