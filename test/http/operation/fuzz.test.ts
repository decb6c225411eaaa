import { test } from 'vitest';
import { fuzz } from '../../support/fuzz-run.ts';

/** Some hundreds here; `npm run test:contract` sends thousands. */
const runs = 400;

test(`${runs} requests generated from the document get documented responses and no 5xx`, async () => {
  await fuzz(runs);
});
