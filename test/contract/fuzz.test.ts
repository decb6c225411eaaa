import { test } from 'vitest';
import { fuzz } from '../support/fuzz-run.ts';

const runs = 6000;

test(`${runs} requests made up from the document are answered as it says, none with a 5xx`, async () => {
  await fuzz(runs);
});
