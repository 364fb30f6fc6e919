import type { Request } from '@playwright/test';
import { type Board, type Part, expect, test } from './board.ts';

const AT = '10:31:05';
const DRAWN: Part[] = ['transport', 'verdict', 'stage', 'conditions', 'other-levels', 'events', 'past'];

test('a board that has seen the whole session shows an earlier moment with the very pixels of one that has not', async ({
  board,
  page,
}) => {
  await board.open({ at: AT });
  const fresh = await pictures(board);
  await page.keyboard.press('End');
  await expect.poll(() => board.at()).toBe('12:30:00');
  await board.ready();
  await board.scrubTo(AT);
  await board.rest();
  const seen = await pictures(board);
  for (const part of DRAWN) expect(await board.differing(seen[part], fresh[part]), `pixels of ${part} that differ`).toBe(0);
});

test('nothing is asked for beyond the cursor but the moment of the next episode', async ({ board, page }) => {
  const asked: Request[] = [];
  page.on('request', (request) => request.url().includes('/api/') && asked.push(request));
  await board.open({ at: AT });
  await page.keyboard.press('Shift+ArrowRight');
  await expect.poll(() => board.at()).toBe('10:33:05');
  await board.rest();
  const cursorS = await board.secondsOf('10:33:05');
  const urls = asked.map((request) => new URL(request.url()));
  const dated = urls.filter((url) => url.searchParams.has('as_of_s'));
  expect(dated.length).toBeGreaterThan(6);
  expect(Math.max(...dated.map((url) => Number(url.searchParams.get('as_of_s'))))).toBe(cursorS);
  const undated = urls.filter((url) => !url.searchParams.has('as_of_s')).map((url) => url.pathname);
  expect(undated.filter((path) => /\/(tables\/\w+|setup|setups|episodes)$/.test(path))).toEqual([]);
});

test('right of the cursor the chart is bare, and left of it the lens begins', async ({ board }) => {
  await board.open({ at: '09:40:00' });
  const { plot, gutter, head, bottom } = await board.stage();
  const bare = { left: plot + 1, right: plot + gutter - 1, top: bottom - 40, bottom };
  expect(await coloursIn(board, bare)).toEqual([await panelColour(board)]);
  const lens = { left: plot - 60, right: plot, top: head, bottom };
  expect((await coloursIn(board, lens)).length).toBeGreaterThan(3);
});

async function pictures(board: Board): Promise<Record<Part, Buffer>> {
  const taken = await Promise.all(DRAWN.map(async (part) => [part, await board.part(part).screenshot()] as const));
  return Object.fromEntries(taken) as Record<Part, Buffer>;
}

/** Colours that the screen shows in a rectangle of the chart. */
async function coloursIn(board: Board, rect: { left: number; right: number; top: number; bottom: number }): Promise<string[]> {
  const box = (await board.canvas().boundingBox())!;
  const clip = { x: box.x + rect.left, y: box.y + rect.top, width: rect.right - rect.left, height: rect.bottom - rect.top };
  const shown = await board.pixels(await board.page.screenshot({ clip }));
  const colours = new Set<string>();
  for (let at = 0; at < shown.length; at += 4) colours.add(`rgb(${shown[at]}, ${shown[at + 1]}, ${shown[at + 2]})`);
  return [...colours];
}

function panelColour(board: Board): Promise<string> {
  return board.page.evaluate(() => getComputedStyle(document.querySelector('sp-stage section')!).backgroundColor);
}
