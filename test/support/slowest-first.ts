import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest; each would keep one worker busy alone if it came last. */
const slowest = [
  'test/e2e/embedded/kill.test.ts',
  'test/e2e/embedded/program.test.ts',
  'test/e2e/server/export.test.ts',
  'test/services/settling/laws.test.ts',
  'test/store/embedded/open.test.ts',
  'test/services/settling/date-lies.test.ts',
];

export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = slowest.findIndex((path) => moduleId.endsWith(path));
      return found < 0 ? slowest.length : found;
    };
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
