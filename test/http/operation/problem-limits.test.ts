import { expect, test } from 'vitest';
import { buildProblem, problemDetailCharsMax, problemErrorsMax } from '../../../src/http/operation/errors.ts';

const long = 'é'.repeat(problemDetailCharsMax + 1);

test('a problem shortens long texts and pointers, and lists a bounded number of errors', () => {
  const errors = Array.from({ length: problemErrorsMax + 1 }, () => ({ detail: long, pointer: `#/${long}` }));
  const problem = buildProblem('validation_failed', long, 'req_1', errors);
  expect(problem.errors).toHaveLength(problemErrorsMax);
  for (const text of [problem.detail, problem.errors?.[0]?.detail, problem.errors?.[0]?.pointer]) {
    expect(text).toHaveLength(problemDetailCharsMax);
    expect(text).toMatch(/é…$/);
  }
});

test('a problem leaves texts of the longest length as they are', () => {
  const detail = long.slice(1);
  expect(buildProblem('not_found', detail, 'req_1').detail).toBe(detail);
});
