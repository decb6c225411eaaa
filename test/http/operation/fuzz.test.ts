import { test } from 'vitest';
import { fuzz } from '../../support/fuzz-run.ts';

/** Some hundreds here; `npm run test:contract` sends thousands. */
const runs = 400;

test(`${runs} requests made up from the document are answered as it says, none with a 5xx`, async () => {
  await fuzz(runs);
});
