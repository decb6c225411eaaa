/** Told apart from refusals by its name: wrong words on the command line end with code 2. */
export function usageError(detail: string): Error {
  return Object.assign(new Error(detail), { name: 'UsageError' });
}
