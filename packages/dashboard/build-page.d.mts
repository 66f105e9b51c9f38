/** Writes index.html, app.js and app.css into `folder`. */
export function buildPage(folder: string): Promise<void>;
