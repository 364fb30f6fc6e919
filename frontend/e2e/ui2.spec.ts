import type { Page } from '@playwright/test';
import type { EpisodeList, SetupAnswer } from '../src/app/api/schema.ts';
import { newYork } from '../src/app/ui/new-york.ts';
import { THEMES, type Board, type Place, expect, test } from './board.ts';
import { DATE, SYMBOL } from './lakes.ts';

/** Starts of the level's first tests of the day, each answered. */
async function answered(board: Board, most: number): Promise<string[]> {
  const found: string[] = [];
  await board.open({ at: '09:30:00' });
  while (found.length < most) {
    const before = board.at();
    await board.page.keyboard.press('Control+ArrowRight');
    await expect.poll(() => board.at()).not.toBe(before);
    await board.rest();
    found.push(board.at());
  }
  return found;
}

/** Serves answers that differ in the given members from those that the server gives. */
async function patchAnswers(page: Page, patch: Record<string, unknown>): Promise<void> {
  await page.route('**/api/setup?**', async (route) => {
    const reply = await route.fetch();
    const answer = (await reply.json()) as Record<string, unknown>;
    await route.fulfill({ response: reply, json: answer['state'] === 'setup' ? { ...answer, ...patch } : answer });
  });
}

test('the side is the largest text of the page, share and physics come next, and nothing else stands out', async ({ board, page }) => {
  await board.open({ at: (await answered(board, 1))[0] });
  const sizes = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('body *')]
      .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent!.trim() !== ''))
      .filter((element) => element.offsetWidth > 1 && element.closest('.hidden, dialog') === null)
      .map((element) => ({ px: parseFloat(getComputedStyle(element).fontSize), in: element.closest('p, td, th, time')?.className ?? '' })),
  );
  const largest = Math.max(...sizes.map(({ px }) => px));
  expect(largest).toBeGreaterThanOrEqual(28);
  expect(new Set(sizes.filter(({ px }) => px === largest).map((size) => size.in))).toEqual(new Set(['side']));
  const next = sizes.filter(({ px }) => px > 20 && px < largest);
  expect(new Set(next.map(({ px }) => px))).toEqual(new Set([28]));
  expect(next.every((size) => size.in.includes('figure'))).toBe(true);
  expect(Math.min(...sizes.map(({ px }) => px))).toBeGreaterThanOrEqual(12);
});

test('no edge has the size and the box of an edge', async ({ board, page }) => {
  const [at] = await answered(board, 1);
  const boxes = [];
  for (const verdict of ['NO EDGE', 'BREAK UP', 'REJECT DOWN', 'TOO LITTLE PAST']) {
    await patchAnswers(page, { verdict });
    await board.open({ at });
    const side = board.part('verdict').locator('.side');
    await expect(side).toContainText(verdict);
    if (verdict !== 'TOO LITTLE PAST') expect(await side.evaluate((element) => getComputedStyle(element).fontSize)).toBe('32px');
    boxes.push(await board.part('verdict').locator('.slab').boundingBox());
    await page.unroute('**/api/setup?**');
  }
  for (const box of boxes) expect(box).toEqual(boxes[0]);
});

for (const [width, height] of [
  [1680, 1050],
  [1280, 800],
]) {
  test.describe(`${width} x ${height}`, () => {
    test.use({ viewport: { width, height } });

    test('the board needs no scrolling, and no row is lower than a target of the pointer', async ({ board, page }) => {
      await board.open();
      const main = await page.locator('main').evaluate(({ scrollHeight, clientHeight, scrollWidth, clientWidth }) => ({
        down: scrollHeight - clientHeight,
        sideways: scrollWidth - clientWidth,
      }));
      expect(main).toEqual({ down: 0, sideways: 0 });
      const { row } = await board.stage();
      expect(row).toBeGreaterThanOrEqual(24);
      const cut = await page
        .locator('sp-verdict :is(p, span), sp-stage :is(td, th)')
        .evaluateAll((boxes) =>
          boxes.filter((box) => box.clientWidth > 1 && box.scrollWidth > box.clientWidth).map((box) => box.outerHTML.slice(0, 120)),
        );
      expect(cut).toEqual([]);
    });

    test('a strike and the price beside it are one height: chart, row and tag agree under the pointer', async ({ board, page }) => {
      await board.open();
      const canvas = (await board.canvas().boundingBox())!;
      const { head, row } = await board.stage();
      const rows = board.part('stage').locator('tbody tr');
      const count = await rows.count();
      for (let place = 0; place < count; place++) {
        const box = (await rows.nth(place).boundingBox())!;
        const middle = box.y + box.height / 2;
        expect(Math.abs(middle - (canvas.y + head + (place + 0.5) * row))).toBeLessThan(1);
        await page.mouse.move(canvas.x + 120, middle);
        await expect(rows.nth(place)).toHaveClass(/crossed/);
      }
      await expect(board.part('stage').locator('tr.crossed')).toHaveCount(1);
    });
  });
}

test('what the sentence says of a wall stands in the ladder', async ({ board }) => {
  let walls = 0;
  for (const at of await answered(board, 6)) {
    await board.open({ at });
    const said = await board.part('verdict').locator('.sentence').innerText();
    const found = /(\d+) (asks|bids) rest at (\d+)(?:\.00)? \((\d\.\d)x usual/.exec(said);
    if (!found) continue;
    walls++;
    const [, contracts, side, strike, times] = found;
    const row = board.part('stage').locator('tbody tr', { has: board.page.getByRole('button', { name: strike, exact: true }) });
    await expect(row.locator(`.rests.${side === 'asks' ? 'ask' : 'bid'} b`)).toHaveText(contracts);
    await expect(row.locator(`.rests.${side === 'asks' ? 'ask' : 'bid'} em`)).toHaveText(`${times}x`);
  }
  test.info().annotations.push({ type: 'walls', description: `${walls} walls were said` });
});

test('one element says that the day is played again and simulated', async ({ board, page }) => {
  await board.open();
  const said = await page
    .locator('body *')
    .evaluateAll(
      (elements) =>
        elements.filter((element) =>
          [...element.childNodes].some((node) => node.nodeType === 3 && /REPLAY|LIVE|SYNTHETIC/.test(node.textContent ?? '')),
        ).length,
    );
  expect(said).toBe(1);
});

test('the horizon changes ladder, sentence and conditions together, and the address; side, share and walls stay', async ({
  board,
  page,
}) => {
  let ranges = 0;
  for (const place of [await ledDifferently(board), { at: (await answered(board, 1))[0] }]) {
    await board.open(place);
    const first = await page.evaluate(overInPage);
    ranges += await assertRangesLead(board);
    for (const [over, minutes] of [
      ['120', '2 min'],
      ['240', '4 min'],
      ['', '1 min'],
    ]) {
      const before = await page.evaluate(overInPage);
      await noteFrames(page);
      await page.keyboard.press('w');
      await expect.poll(() => board.param('over')).toBe(over);
      await expect(board.part('stage').getByRole('columnheader').first()).toContainText(minutes);
      await board.rest();
      const after = await page.evaluate(overInPage);
      const frames = await framesNoted(page);
      expect(new Set(frames)).toEqual(new Set([JSON.stringify(before.changes), JSON.stringify(after.changes)]));
      for (const part of ['flow', 'conditions'] as const) expect(after.changes[part], part).not.toEqual(before.changes[part]);
      expect(after.stays).toEqual(first.stays);
      ranges += await assertRangesLead(board);
    }
    expect(await page.evaluate(overInPage)).toEqual(first);
    await page.keyboard.press('w');
    await expect.poll(() => board.param('over')).toBe('120');
    await expect(board.part('stage').getByRole('columnheader').first()).toContainText('2 min');
    await board.rest();
    const pressed = await page.evaluate(overInPage);
    await page.reload();
    await board.ready();
    await expect.poll(() => page.evaluate(overInPage)).toEqual(pressed);
  }
  expect(ranges).toBeGreaterThanOrEqual(6);
});

const RANGES = /(Longs|Shorts) lead (.+?)\.(?= |$)/g;

/** The last window of a test in which other ranges are led over each horizon. */
async function ledDifferently(board: Board): Promise<Place> {
  const { session_end_s } = await board.day();
  const { episodes } = await board.server.get<EpisodeList>(`/api/days/${SYMBOL}/${DATE}/episodes?as_of_s=${session_end_s}`);
  for (const { setup, level_id: level, approach_dir, last_trigger_s } of episodes) {
    if (setup !== 'level_test') continue;
    const led: string[] = [];
    for (const horizon_s of [60, 120, 240]) {
      const query = new URLSearchParams({ symbol: SYMBOL, level, approach_dir, as_of_s: `${last_trigger_s}`, horizon_s: `${horizon_s}` });
      const { sentence } = await board.server.get<SetupAnswer>(`/api/setup?${query}`);
      led.push([...sentence.matchAll(RANGES)].map(([range]) => range).join(' '));
    }
    if (!led.includes('') && new Set(led).size === led.length) return { at: newYork(last_trigger_s), level, approach_dir };
  }
  throw new Error('no test of the day has ranges that differ between the horizons');
}

interface Over {
  changes: Record<'sentence' | 'flow' | 'leads' | 'conditions' | 'span', string>;
  stays: Record<'side' | 'share' | 'balance' | 'rests' | 'wall', string>;
}

/** What hangs on the horizon, and what does not, as it is on the page that this runs in. */
function overInPage(): Over {
  const text = (selector: string): string => [...document.querySelectorAll<HTMLElement>(selector)].map((one) => one.textContent).join('|');
  const sentence = text('sp-verdict .sentence');
  return {
    changes: {
      sentence,
      flow: text('sp-stage td.flow'),
      leads: text('sp-stage td.leads'),
      conditions: text('sp-conditions'),
      span: text('sp-stage thead th'),
    },
    stays: {
      side: text('sp-verdict .side'),
      share: text('sp-verdict .share'),
      balance: text('sp-verdict .physics .figure'),
      rests: text('sp-stage td.rests'),
      wall: /BUT .*?\.(?= |$)/.exec(sentence)?.[0] ?? '',
    },
  };
}

/** What changes with the horizon, in every frame from now on: first noted at once. */
async function noteFrames(page: Page): Promise<void> {
  await page.evaluate(`{
    const overInPage = ${overInPage.toString()};
    window.framesNoted = [];
    const note = () => {
      window.framesNoted.push(JSON.stringify(overInPage().changes));
      window.noting = requestAnimationFrame(note);
    };
    note();
  }`);
}

async function framesNoted(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`cancelAnimationFrame(window.noting), window.framesNoted`);
}

/** Every range of the sentence that lies in sight begins and ends with a strike that its side leads in the ladder. */
async function assertRangesLead(board: Board): Promise<number> {
  const said = await board.part('verdict').locator('.sentence').innerText();
  const rows = await board
    .part('stage')
    .locator('tbody tr')
    .evaluateAll((found) =>
      found.map((row): [string, string] => [
        row.querySelector('th button')!.textContent.trim(),
        row.querySelector('.leads .hidden')?.textContent.trim() ?? '',
      ]),
    );
  const leads = new Map(rows);
  let ranges = 0;
  for (const [, side, named] of said.matchAll(RANGES)) {
    for (const strike of named.split(/-| and /)) {
      if (!leads.has(strike)) continue;
      ranges++;
      expect(leads.get(strike), `${strike} in ${said}`).toBe(`${side.toLowerCase()} lead`);
    }
  }
  return ranges;
}

test('a fire stays until it is seen, and is announced', async ({ board, page }) => {
  const [at] = await answered(board, 1);
  await page.route('**/api/setup?**', async (route) => {
    const reply = await route.fetch();
    const answer = (await reply.json()) as { edge: object; setup: { ts_s: number } };
    await route.fulfill({ response: reply, json: { ...answer, edge: { ...answer.edge, fired_s: answer.setup.ts_s } } });
  });
  await board.open({ at });
  const band = board.part('verdict');
  await expect(band.locator('.fire')).toContainText(/FIRE \d\d:\d\d:\d\d/);
  await expect(band.getByRole('alert').first()).toContainText('Fire.');
  await board.picture('fire');
  await page.keyboard.press('a');
  await expect(band.locator('.fire')).toHaveCount(0);
});

test('with less motion asked for, nothing moves by itself', async ({ board, page }) => {
  await board.open();
  await page.keyboard.press('ArrowRight');
  await board.rest();
  expect(await page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === 'running').length)).toBe(0);
});

for (const theme of THEMES) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    test('squinting at the board, the side is seen first', async ({ board, page }) => {
      for (const at of await answered(board, 2)) {
        await board.open({ at });
        await page.mouse.move(2, 1040);
        const first = await squinted(page);
        const slab = (await board.part('verdict').locator('.slab').boundingBox())!;
        expect(first.x, JSON.stringify(first)).toBeLessThan(slab.x + slab.width);
        expect(first.y).toBeLessThan(slab.y + slab.height);
      }
    });
  });
}

/** The place of the window that stands out most from the page's median, at half size and out of focus. */
async function squinted(page: Page): Promise<{ x: number; y: number; contrast: number }> {
  const shot = await page.screenshot();
  return page.evaluate(async (encoded) => {
    const image = new Image();
    image.src = `data:image/png;base64,${encoded}`;
    await image.decode();
    const [width, height] = [image.width / 2, image.height / 2];
    const canvas = new OffscreenCanvas(width, height);
    const brush = canvas.getContext('2d')!;
    brush.filter = 'blur(9px)';
    brush.drawImage(image, 0, 0, width, height);
    const { data } = brush.getImageData(0, 0, width, height);
    const light = Float32Array.from(
      { length: width * height },
      (_, at) => 0.299 * data[4 * at] + 0.587 * data[4 * at + 1] + 0.114 * data[4 * at + 2],
    );
    const middle = [...light].sort((a, b) => a - b)[light.length >> 1];
    const [wide, tall] = [150, 34];
    let best = { x: 0, y: 0, contrast: 0 };
    for (let y = 0; y + tall <= height; y += 8) {
      for (let x = 0; x + wide <= width; x += 8) {
        let sum = 0;
        for (let row = y; row < y + tall; row++)
          for (let column = x; column < x + wide; column++) sum += Math.abs(light[row * width + column] - middle);
        const contrast = sum / (wide * tall);
        if (contrast > best.contrast) best = { x: 2 * x, y: 2 * y, contrast };
      }
    }
    return best;
  }, shot.toString('base64'));
}
