import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The slowest files, the slowest first: started last, they would run alone at the end. The first two mostly wait. */
export const SLOW = [
  'packages/verification/test/e2e/cluster.test.ts',
  'packages/verification/test/browser/cluster-page.test.ts',
  'packages/explorer/test/tasks.test.ts',
  'packages/explorer/test/explore.test.ts',
  'packages/verification/test/browser/door.test.ts',
  'packages/verification/test/browser/workers-page.test.ts',
  'packages/verification/test/browser/calls-page.test.ts',
  'packages/verification/test/browser/live.test.ts',
  'packages/verification/test/repository/starts.test.ts',
  'packages/verification/test/repository/commands.test.ts',
  'packages/verification/test/browser/door-firefox.test.ts',
  'packages/verification/test/browser/many-workers.test.ts',
  'packages/verification/test/browser/many-calls.test.ts',
  'examples/shared/test/open-redis.test.ts',
  'packages/core/test/flow/totality.test.ts',
];

/** Vitest knows which files are slow only after it has run them: on a fresh clone it does not know. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = SLOW.indexOf(relative(this.ctx.config.root, moduleId).replaceAll('\\', '/'));
      return at === -1 ? SLOW.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
