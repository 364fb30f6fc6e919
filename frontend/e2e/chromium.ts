/** How the Chromium of a test machine starts: without graphics card, and without requests of its own. */
export const FLAGS = ['--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Where the browser lies, as frontend/chromium.sh found it. */
export function chromiumPath(): string {
  const path = process.env['CHROMIUM'];
  if (!path) throw new Error('CHROMIUM is not set. Expected the path of a browser. Run: make e2e, or CHROMIUM=$(frontend/chromium.sh) ...');
  return path;
}
