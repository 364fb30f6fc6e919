import type { Request } from '@playwright/test';
import { heatLayout } from '../src/app/heatmap/heat.geometry';
import { type Board, type Part, expect, test } from './board.ts';

const AT = '10:31:05';
const DRAWN: Part[] = ['transport', 'verdict', 'candles', 'heat', 'conditions', 'ladder', 'past'];

test('a board that has seen the whole session shows an earlier moment with the very pixels of one that has not', async ({
  board,
  page,
}) => {
  await board.open({ at: AT });
  await page.keyboard.press('h');
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

test('right of the cursor the heat is bare', async ({ board }) => {
  await board.open({ at: '09:40:00' });
  const canvas = board.part('heat').locator('canvas');
  const { width, height } = (await canvas.boundingBox())!;
  const { plot, volume, priceLeft } = heatLayout({ width, height, ratio: 1 });
  const strip = { left: plot.right + 1, right: priceLeft - 1, top: plot.top, bottom: volume.bottom };
  expect(strip.right - strip.left).toBeGreaterThan(4);
  expect(await coloursIn(board, 'sp-heat canvas', strip)).toEqual([await panelColour(board)]);
  const left = { left: plot.right - 60, right: plot.right, top: plot.top, bottom: plot.bottom };
  expect((await coloursIn(board, 'sp-heat canvas', left)).length).toBeGreaterThan(3);
});

test('right of the newest candle the chart is bare', async ({ board }) => {
  await board.open({ at: '09:40:00' });
  const box = (await board.part('candles').locator('.chart canvas').first().boundingBox())!;
  const strip = { left: box.width - 8, right: box.width - 1, top: 0, bottom: box.height };
  expect(await coloursIn(board, 'sp-candles .chart canvas', strip)).toEqual([await panelColour(board)]);
});

async function pictures(board: Board): Promise<Record<Part, Buffer>> {
  const taken = await Promise.all(DRAWN.map(async (part) => [part, await board.part(part).screenshot()] as const));
  return Object.fromEntries(taken) as Record<Part, Buffer>;
}

/** Colours that the screen shows in a rectangle of an element. */
async function coloursIn(
  board: Board,
  selector: string,
  rect: { left: number; right: number; top: number; bottom: number },
): Promise<string[]> {
  const box = (await board.page.locator(selector).first().boundingBox())!;
  const clip = { x: box.x + rect.left, y: box.y + rect.top, width: rect.right - rect.left, height: rect.bottom - rect.top };
  const shown = await board.pixels(await board.page.screenshot({ clip }));
  const colours = new Set<string>();
  for (let at = 0; at < shown.length; at += 4) colours.add(`rgb(${shown[at]}, ${shown[at + 1]}, ${shown[at + 2]})`);
  return [...colours];
}

function panelColour(board: Board): Promise<string> {
  return board.page.evaluate(() => getComputedStyle(document.querySelector('sp-heat section')!).backgroundColor);
}
