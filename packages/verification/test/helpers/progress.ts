import { spawnSync } from 'node:child_process';
import type { Reporter, TestCase, TestModule, TestSpecification, Vitest } from 'vitest/node';
import { missingPrograms } from '../../../store-redis/test/helpers/programs.js';

/** How often a run without a live display reports its progress. */
const EVERY_MS = 10_000;

export interface ProgressOptions {
  /** After this time, in ms, the run is ended, and running tests are named. It is the only limit: no test has one of its own. */
  readonly atMostMs: number;
  readonly write?: (text: string) => void;
  /** Whether vitest's own display is visible. */
  readonly live?: boolean;
  readonly exit?: (code: number) => void;
}

/** A worker in an endless loop does not react to a request to end: it is killed. */
function endAll(code: number): void {
  spawnSync('pkill', ['-KILL', '-P', String(process.pid)]);
  process.exit(code);
}

/** Reports the progress of a run, ends one that hangs, and names at the end what was skipped and how to run it. */
export class Progress implements Reporter {
  readonly #options: Required<ProgressOptions>;
  readonly #running = new Map<string, string>();
  readonly #timers: NodeJS.Timeout[] = [];
  #root = '';
  #files = 0;
  #filesDone = 0;
  #passed = 0;
  #failed = 0;
  #began = 0;

  constructor(options: ProgressOptions) {
    this.#options = {
      write: (text) => process.stdout.write(text),
      live: process.stdout.isTTY,
      exit: endAll,
      ...options,
    };
  }

  onInit({ config }: Vitest): void {
    this.#root = config.root;
  }

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.#end();
    this.#files = specifications.length;
    [this.#filesDone, this.#passed, this.#failed] = [0, 0, 0];
    this.#began = performance.now();
    for (const one of missingPrograms()) this.#say(`SKIPPING what needs ${one.program}: ${one.remedy}`);
    this.#say(`${String(this.#files)} files of tests; a line every ${String(EVERY_MS / 1000)} s says how far they are`);
    if (!this.#options.live) this.#timers.push(setInterval(() => this.#say(this.#state()), EVERY_MS));
    this.#timers.push(setTimeout(() => this.#giveUp(), this.#options.atMostMs));
    for (const timer of this.#timers) timer.unref();
  }

  onTestModuleStart({ moduleId }: TestModule): void {
    this.#running.set(moduleId, '');
  }

  onTestCaseReady(test: TestCase): void {
    this.#running.set(test.module.moduleId, test.fullName);
  }

  onTestCaseResult(test: TestCase): void {
    const { state } = test.result();
    if (state === 'passed') this.#passed += 1;
    if (state === 'failed') this.#failed += 1;
  }

  onTestModuleEnd({ moduleId }: TestModule): void {
    this.#running.delete(moduleId);
    this.#filesDone += 1;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    this.#end();
    const skipped = modules.filter((module) => [...module.children.allTests('skipped')].length > 0);
    if (skipped.length === 0) return;
    this.#say(`\nSKIPPED, in whole or in part: ${String(skipped.length)} of ${String(this.#files)} files`);
    for (const module of skipped) {
      const count = [...module.children.allTests('skipped')].length;
      this.#say(`  ${this.#name(module.moduleId)} (${String(count)} tests)`);
    }
    for (const one of missingPrograms()) this.#say(`To run what needs ${one.program}: ${one.remedy}`);
  }

  #state(): string {
    const spent = Math.round((performance.now() - this.#began) / 1000);
    const files = `${String(this.#filesDone)} of ${String(this.#files)} files`;
    const running = [...this.#running.keys()].slice(0, 4).map((id) => this.#name(id));
    const now = running.length === 0 ? '' : ` · ${running.join(', ')}`;
    return `… ${files} · ${String(this.#passed)} tests passed, ${String(this.#failed)} failed · ${String(spent)} s${now}`;
  }

  #giveUp(): void {
    const minutes = String(this.#options.atMostMs / 60_000);
    this.#say(`\nFAIL  the run was ended after ${minutes} minutes: ${this.#state()}`);
    for (const [id, test] of this.#running) this.#say(`  still running: ${this.#name(id)} > ${test}`);
    this.#options.exit(1);
  }

  #end(): void {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
    this.#running.clear();
  }

  #name(moduleId: string): string {
    return moduleId.startsWith(`${this.#root}/`) ? moduleId.slice(this.#root.length + 1) : moduleId;
  }

  #say(line: string): void {
    this.#options.write(`${line}\n`);
  }
}
