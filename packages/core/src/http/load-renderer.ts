import { createRenderer, type Renderer } from '../wire/render.js';

/** Loads xmlbuilder2, once for each endpoint and before its first reply; rendering is synchronous from then on. */
export async function loadRenderer(): Promise<Renderer> {
  return createRenderer(await import('xmlbuilder2'));
}
