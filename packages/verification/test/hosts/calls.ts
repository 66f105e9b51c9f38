import type { Story, TestApp } from '@amd/simulator';
import { human, voicemail } from '@amd/simulator';
import { expect, onTestFinished, vi } from 'vitest';
import { textOf } from '../helpers/pages.js';

/** The people of every page's list, in its order. */
export const [ANN, BEN] = ['+14155550142', '+14155550143'] as const;

/** A call in which a voicemail answers, and then a human. */
export function voicemailThenHuman(app: TestApp): Promise<Story> {
  return app.call({ people: { [ANN]: voicemail(), [BEN]: human() } });
}

export const WON = { rung: [ANN, BEN], talkedWith: BEN, endedBy: 'callee', problems: [] };
export const FAILED = { rung: [], talkedWith: null, endedBy: 'application error' };

/** Among others, such a complaint of Twilio's debugger. */
export function failing(complaint: RegExp): readonly string[] {
  return expect.arrayContaining([expect.stringMatching(complaint)]) as readonly string[];
}

/** What is written to the console as a warning or an error from here on. */
export function printed(): () => readonly string[] {
  const spies = (['warn', 'error'] as const).map((name) => vi.spyOn(console, name).mockImplementation(() => undefined));
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore();
  });
  return () => spies.flatMap(({ mock }) => mock.calls.map((line) => line.map(String).join(' ')));
}

/** The lines of the log that a page quotes, or begins to. */
export function quotedBy(page: string): readonly string[] {
  const text = textOf(`docs/hosts/${page}.md`).replace(/\s+/g, ' ');
  return [...text.matchAll(/`(amd [a-z]+\.?[a-z]* [^`]+?)(?:: the webhooks|…)?`/g)].map(([, line = '']) => line);
}

/** Counts which quotations of some pages a test has seen printed. */
export function quotations(...pages: readonly string[]): {
  /** Expects that some line begins with a quotation of the page. */
  seen(page: string, lines: readonly string[]): void;
  /** Those that nobody has seen. */
  readonly left: () => readonly string[];
} {
  const left = new Set(pages.flatMap((page) => quotedBy(page).map((line) => `${page}: ${line}`)));
  return {
    seen(page, lines) {
      const quoted = quotedBy(page).filter((quotation) => lines.some((line) => line.startsWith(quotation)));
      expect(quoted, `docs/hosts/${page}.md quotes none of: ${lines.join('\n')}`).not.toEqual([]);
      for (const line of quoted) left.delete(`${page}: ${line}`);
    },
    left: () => [...left],
  };
}
