import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * A change is done with at the first test that notices it: begun with the file that noticed the one before it, which most likely
 * stands on the next line, then with what takes the least time.
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
