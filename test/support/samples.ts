/** `npm run test:all`: every test on each engine, and every sample of those that take long. */
const all = process.env.OUTTURN_TESTS === 'all';

/** How often a test repeats what takes long: fewer times in the fast suite, which makes the same assertions. */
export function samples(inAll: number, inFast: number): number {
  return all ? inAll : inFast;
}
