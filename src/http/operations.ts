import { criterionOperations } from './criteria.ts';
import type { Operation } from './operation.ts';
import { predictionOperations } from './predictions.ts';
import { serviceOperations } from './health.ts';

/** Every operation of the API, in the order of the document. */
export const operations: readonly Operation[] = [...predictionOperations, ...criterionOperations, ...serviceOperations];
