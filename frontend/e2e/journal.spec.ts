import type { Request } from '@playwright/test';
import { mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DrillMoment, DrillResult, Journal } from '../src/app/api/schema.ts';
import { type Board, expect, test as base } from './board.ts';
import { DATE, LAKES } from './lakes.ts';

/** A board whose lake holds the same days and a journal of its own. */
const test = base.extend<{ own: Board }>({
  own: async ({ ownBoard }, use) => {
    const lake = mkdtempSync(join(tmpdir(), 'journal-'));
    for (const entry of readdirSync(LAKES.whole)) if (entry !== 'journal') symlinkSync(join(LAKES.whole, entry), join(lake, entry));
    await use(await ownBoard(lake));
    rmSync(lake, { recursive: true });
  },
});

test('a moment is kept with its picture, stands in the list after a reload, and opens on the board', async ({ own, page }) => {
  await own.open({ at: '10:31:05' });
  await page.keyboard.press('m');
  const dialog = page.getByRole('dialog', { name: 'Keep this moment' });
  await expect(dialog).toContainText('10:31:05 New York');
  await own.expectAccessible();
  await page.keyboard.type('asks pulled above');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('group', { name: 'Notice' })).toContainText('Kept in the journal');
  await expect(dialog).toBeHidden();

  await page.reload();
  await own.ready();
  await page.keyboard.press('Home');
  await expect.poll(() => own.at()).toBe('09:30:00');
  await page.keyboard.press('Shift+M');
  const list = page.getByRole('dialog', { name: 'Journal' });
  await expect(list.getByText('asks pulled above')).toBeVisible();
  const picture = list.getByRole('listitem').locator('img');
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(1000);
  await own.expectAccessible();
  await own.picture('journal');
  await list.getByRole('button', { name: /show on the board/ }).click();
  await expect.poll(() => own.at()).toBe('10:31:05');

  const { entries, damaged } = await own.server.get<Journal>('/api/journal');
  expect([entries.length, entries[0].session_date, entries[0].note, damaged.length]).toEqual([1, DATE, 'asks pulled above', 0]);
});

test('the board is saved as a PNG under a line of what it is', async ({ own, page }) => {
  await own.open({ at: '10:31:05', theme: 'light' });
  const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'PNG' }).click()]);
  expect(saved.suggestedFilename()).toBe(`ESZ5-${DATE}-10-31-05.png`);
  const pixels = await own.pixels(readFileSync(await saved.path()));
  const { width, height } = (await page.locator('sp-board').boundingBox())!;
  expect(pixels.length / 4 / Math.round(width)).toBeLessThan(height + 28);
  const inked = new Set<number>();
  for (let at = 0; at < 4 * 28 * Math.round(width); at += 4) inked.add(pixels[at]);
  expect(inked.size, 'the line is written').toBeGreaterThan(8);
});

test('a drill shows and requests nothing after its moment until it is called, and then how it ended', async ({ own, page }) => {
  await own.open();
  const requests: Request[] = [];
  page.on('request', (request) => requests.push(request));
  page.on('websocket', (socket) => sockets.push(socket.url()));
  const sockets: string[] = [];
  const [started] = await Promise.all([page.waitForResponse(/\/api\/drill$/), page.keyboard.press('d')]);
  const moment = (await started.json()) as DrillMoment;
  await expect(page.getByText('Break, reject, or no edge within 6 min?')).toBeVisible();
  await expect.poll(() => new URL(page.url()).search).toBe(`?drill=${moment.id}`);
  for (const key of ['End', 'ArrowRight', 'Shift+ArrowRight', 'Control+ArrowRight', ' ', 'm', 'Shift+M', 'p', 'n'])
    await page.keyboard.press(key);
  await own.rest();
  const text = await page.locator('body').innerText();
  for (const hidden of [moment.session_date, moment.symbol, 'usually']) expect(text).not.toContain(hidden);
  await expect(page.locator('sp-verdict, sp-transport, sp-tabs')).toHaveCount(0);
  await own.expectAccessible();
  await own.picture('drill');

  await page.reload();
  await expect(page.getByText('Break, reject, or no edge within 6 min?')).toBeVisible();
  await own.rest();
  for (const request of requests) {
    const { pathname, searchParams } = new URL(request.url());
    const asOf = searchParams.get('as_of_s');
    if (asOf !== null) expect(Number(asOf), request.url()).toBeLessThanOrEqual(moment.at_s);
    expect(pathname).not.toMatch(/next-episode|\/api\/(journal|setups)/);
  }
  expect(requests.some((request) => request.url().includes(`as_of_s=${moment.at_s}`))).toBe(true);
  expect(sockets).toEqual([]);

  const [called] = await Promise.all([page.waitForResponse(/\/call$/), page.keyboard.press('b')]);
  const { call } = (await called.json()) as DrillResult;
  const [kind] = call.outcome.split('_');
  const right = kind === 'BREAK' ? 'right' : 'wrong';
  await expect(page.getByText(`${kind}, ${right}`)).toBeVisible({ timeout: 90_000 });
  await expect(page.locator('sp-drill-band')).toContainText(call.slab);
  await expect(page.locator('sp-drill-score tbody tr').first()).toContainText(`${right === 'right' ? 1 : 0} of 1`);
  await own.picture('drill-called');
  await page.keyboard.press('Escape');
  await expect(page.locator('sp-verdict')).toBeVisible();
  await expect.poll(() => own.param('date')).toBe(moment.session_date);
});
