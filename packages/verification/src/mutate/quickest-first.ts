import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Runs the tests of a change until the first one notices it: begins with the file that noticed the previous change, which most
 * likely was on the line before, then continues with the quickest files.
 */
export class QuickestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { cache, config } = this.ctx;
    const rank = ({ moduleId, project }: TestSpecification): number => {
      const last = cache.getFileTestResults(`${project.name}:${relative(config.root, moduleId)}`);
      return last === undefined ? Number.MAX_VALUE : last.failed ? -1 : last.duration;
    };
    return Promise.resolve([...files].sort((a, b) => rank(a) - rank(b)));
  }
}
