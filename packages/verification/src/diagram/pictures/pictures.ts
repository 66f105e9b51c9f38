import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../root.js';
import { SCENES } from './scenes.js';
import { buildAssets, launchChromium } from './watched-page.js';

const IMAGES = `${ROOT}docs/images/`;
/** What each picture shows, in words: two browsers draw the same words with other dots. */
const SHOWN = `${IMAGES}shown.json`;
/** Of a moving picture: frames in a second, and how many times the last one is shown. */
const PER_SECOND = 4;
const LAST = 12;

interface Shown {
  /** Of the file, so that the words are about this picture. */
  readonly sha256: string;
  readonly shows: readonly string[];
}

/** Takes every picture of the page anew. */
export async function takePictures(log: (line: string) => void): Promise<void> {
  requireEncoder();
  const shown: Record<string, Shown> = {};
  const assets = await buildAssets();
  const browser = await launchChromium();
  try {
    for (const scene of SCENES) {
      for (const { file, shows, frames } of await scene(browser, assets, true)) {
        const bytes = file.endsWith('.gif') ? encodeGif(frames) : frames[0];
        if (bytes === undefined) throw new Error(`${file}: no frame was taken`);
        writeFileSync(IMAGES + file, bytes);
        shown[file] = { sha256: digest(bytes), shows };
        log(`docs/images/${file} is written: ${(bytes.length / 1000).toFixed(0)} kB`);
      }
    }
  } finally {
    await browser.close();
  }
  writeFileSync(SHOWN, `${JSON.stringify(shown, null, 2)}\n`);
}

/** Returns a line for each picture that shows something else than the page does now. */
export async function oldPictures(): Promise<readonly string[]> {
  const shown = JSON.parse(existsSync(SHOWN) ? readFileSync(SHOWN, 'utf8') : '{}') as Readonly<Record<string, Shown>>;
  const assets = await buildAssets();
  const browser = await launchChromium();
  try {
    const lines: string[] = [];
    for (const scene of SCENES) {
      for (const { file, shows } of await scene(browser, assets, false)) {
        const trouble = troubleWith(file, shown[file], shows);
        if (trouble !== null) lines.push(`docs/images/${file} ${trouble} Take it again: npm run diagram -- --pictures`);
      }
    }
    return lines;
  } finally {
    await browser.close();
  }
}

function troubleWith(file: string, known: Shown | undefined, shows: readonly string[]): string | null {
  if (known === undefined || !existsSync(IMAGES + file)) return 'is missing.';
  if (digest(readFileSync(IMAGES + file)) !== known.sha256) return 'is not the picture that shown.json describes.';
  const at = shows.findIndex((line, index) => line !== known.shows[index]);
  if (at === -1 && shows.length === known.shows.length) return null;
  const [before, after] = [known.shows, shows].map((all) => (all.at(at) ?? '').split(' | ')) as [string[], string[]];
  const only = (own: string[], other: string[]): string => own.filter((one) => !other.includes(one)).join(' | ');
  return `is old. Frame ${String(at)} shows "${only(before, after)}"; the page shows "${only(after, before)}".`;
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A GIF, because it moves everywhere: on GitHub, where readers can stop it, on npm and on the site. */
function encodeGif(frames: readonly Buffer[]): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'amd-frames-'));
  try {
    const held = [...frames, ...frames.slice(-1).flatMap((last) => Array<Buffer>(LAST - 1).fill(last))];
    for (const [index, frame] of held.entries()) {
      writeFileSync(join(folder, `${String(index).padStart(3, '0')}.png`), frame);
    }
    const palette = 'split[a][b];[a]palettegen=stats_mode=full[p];[b][p]paletteuse=dither=none:diff_mode=rectangle';
    const input = ['-framerate', String(PER_SECOND), '-i', join(folder, '%03d.png')];
    const output = ['-vf', palette, '-loop', '0', join(folder, 'out.gif')];
    const { status, stderr } = spawnSync('ffmpeg', ['-loglevel', 'error', ...input, ...output], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`ffmpeg failed: ${stderr}`);
    return readFileSync(join(folder, 'out.gif'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Says at once, before anything is played, that the encoder is missing. */
function requireEncoder(): void {
  if (spawnSync('ffmpeg', ['-version']).status !== 0) {
    throw new Error('There is no ffmpeg, which makes the moving picture: apt-get install ffmpeg');
  }
}
