import { Board, SCREENS, expect, lakeOf, test } from './board.ts';

test('an address restores the whole state, and a reload changes nothing', async ({ board, page }) => {
  await page.goto(
    `${board.server.address}/board?symbol=ESZ5&date=2025-10-09&at=11:02:35&level=or_low&approach_dir=from_above&speed=60&heat=0&over=120&theme=light`,
  );
  await board.ready();
  await board.rest();
  const address = page.url();
  const restored = {
    symbol: 'ESZ5',
    date: '2025-10-09',
    at: '11:02:35',
    level: 'or_low',
    approach_dir: 'from_above',
    speed: '60',
    heat: '0',
    over: '120',
    theme: 'light',
  };
  for (const [name, value] of Object.entries(restored)) expect(board.param(name), name).toBe(value);
  await expect(page.locator('sp-header time')).toContainText('11:02:35');
  await expect(page.getByRole('combobox', { name: /^Level/ })).toHaveValue('or_low');
  await expect(page.getByRole('combobox', { name: /^Speed/ })).toHaveValue('60');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  const before = await board.part('stage').screenshot();
  await page.reload();
  await board.rest();
  expect(page.url()).toBe(address);
  expect(await board.differing(await board.part('stage').screenshot(), before)).toBe(0);
});

test('an address of a day, a level or a time that does not exist says so and offers what there is', async ({ board, page }) => {
  await page.goto(`${board.server.address}/board?symbol=ESZ5&date=2025-01-01`);
  await expect(board.part('stage').getByText(/2025-01-01 is not in the lake/)).toBeVisible();
  await page.goto(`${board.server.address}/board?symbol=ESZ5&date=2025-10-14&at=03:00:00&level=nonsense&speed=-7`);
  await board.ready();
  await expect.poll(() => board.at()).toBe('09:30:00');
  expect(board.param('level')).toBe('pm_high');
});

test('two tabs keep their own moment', async ({ board, context }) => {
  await board.open({ at: '10:31:05' });
  const other = new Board(await context.newPage(), board.server);
  await other.open({ date: '2025-10-09', at: '11:00:00', level: 'vwap' });
  await other.page.keyboard.press('ArrowRight');
  await expect.poll(() => other.at()).toBe('11:00:05');
  await board.page.keyboard.press('ArrowLeft');
  await expect.poll(() => board.at()).toBe('10:31:00');
  expect([other.at(), other.param('level'), board.param('level')]).toEqual(['11:00:05', 'vwap', 'pm_high']);
});

for (const { width, height } of [
  { width: 1280, height: 800 },
  { width: 1680, height: 1050 },
]) {
  test.describe(`${width} pixels wide`, () => {
    test.use({ viewport: { width, height } });
    for (const screen of SCREENS) {
      test(`${screen} neither scrolls sideways nor lets parts lie on each other`, async ({ boardOf, page }) => {
        const board = await boardOf(lakeOf(screen));
        await board.screen(`/${screen}`);
        await board.picture(`${screen}-${width}`);
        const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement);
        expect(scrollWidth).toBe(clientWidth);
        const boxes = await page
          .locator('sp-panel:visible')
          .evaluateAll((panels) => panels.map((panel) => panel.getBoundingClientRect().toJSON() as DOMRect));
        for (const [at, one] of boxes.entries()) {
          expect(one.right, `panel ${at} ends inside the window`).toBeLessThanOrEqual(width);
          for (const other of boxes.slice(at + 1)) {
            const apart =
              one.right <= other.left + 1 || other.right <= one.left + 1 || one.bottom <= other.top + 1 || other.bottom <= one.top + 1;
            expect(apart, `${JSON.stringify(one)} and ${JSON.stringify(other)}`).toBe(true);
          }
        }
      });

      test(`no text of ${screen} is cut off`, async ({ boardOf, page }) => {
        const board = await boardOf(lakeOf(screen));
        await board.screen(`/${screen}`);
        expect(await page.evaluate(cutOff)).toEqual([]);
      });
    }
  });
}

/** Texts of cells, headings and buttons that their own box cuts off without a sign. */
function cutOff(): string[] {
  const parts = [
    ...document.querySelectorAll<HTMLElement>(
      'main :is(td, th, h2, button, dd, dt), sp-verdict :is(.side, .figure), sp-header :not(.hidden)',
    ),
  ];
  return parts
    .filter(
      (part) =>
        part.clientWidth > 0 &&
        part.scrollWidth > part.clientWidth + 1 &&
        getComputedStyle(part).overflowX !== 'visible' &&
        getComputedStyle(part).textOverflow !== 'ellipsis',
    )
    .map(
      (part) =>
        `${part.tagName.toLowerCase()}.${part.className}: ${part.textContent?.trim().slice(0, 60)} (${part.scrollWidth} in ${part.clientWidth})`,
    );
}
