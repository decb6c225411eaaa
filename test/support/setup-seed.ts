import fc from 'fast-check';
import { gateSeed } from './gate-seed.ts';

const seed = gateSeed();
if (seed !== null) fc.configureGlobal({ seed });
