import type { Route } from '@playwright/test';
import { THEMES, type Board, type Part, expect, test } from './board.ts';
import { LAKES } from './lakes.ts';

const PANELS: Part[] = ['stage', 'conditions', 'other-levels', 'events', 'fan'];
/** Shown only while there is a setup to speak of, or one may come. */
const OF_A_SETUP: Part[] = ['outcomes', 'why', 'tiles'];
const TABLES = '**/tables/**';

for (const theme of THEMES) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    test('every panel shows that it is loading while nothing has come', async ({ board, page }) => {
      const held: Route[] = [];
      await page.route(TABLES, (route) => void held.push(route));
      await page.goto(`${board.server.address}/board`);
      for (const panel of [...PANELS, ...OF_A_SETUP]) await expect(board.part(panel).locator('[aria-busy="true"]')).toBeVisible();
      await shown(board, `state-loading-${theme}`);
      await Promise.all(held.map((route) => route.continue()));
      await page.unroute(TABLES);
      await board.ready();
    });

    test('a server that prepares its first answer says so, and the board goes on by itself', async ({ board, page }) => {
      await page.route('**/readyz', (route) =>
        route.fulfill({ status: 503, json: { code: 'preparing', message: 'the server reads ESZ5 2025-10-14.', fix: null } }),
      );
      await page.goto(`${board.server.address}/board`);
      const strip = page.getByRole('status').filter({ hasText: 'Preparing: the server reads ESZ5 2025-10-14.' });
      await expect(strip).toBeVisible();
      await expect(page.locator('body')).toHaveAttribute('data-ready', 'false');
      await expect(page.locator('[aria-busy="true"]'), 'the pulse of a panel that loads is no text to read').toHaveCount(0);
      await shown(board, `state-preparing-${theme}`);
      await page.unroute('**/readyz');
      await expect(strip).toHaveCount(0);
      await board.ready();
    });

    test('a lake without a day says which command brings one', async ({ boardOf }) => {
      const board = await boardOf(LAKES.empty);
      await board.screen('/board');
      for (const panel of PANELS) await expect(board.part(panel).locator('code')).toContainText('spymaster');
      await shown(board, `state-empty-lake-${theme}`);
      await board.screen('/lake');
      await shown(board, `state-empty-lake-screen-${theme}`);
    });

    test('a day without features names what is missing and the command, and shows the rest', async ({ boardOf }) => {
      const board = await boardOf(LAKES.withoutGold);
      await board.open();
      for (const panel of ['stage', 'conditions', 'events', 'fan'] as const)
        await expect(board.part(panel).locator('code')).toContainText('spymaster build');
      await expect(board.canvas()).toBeVisible();
      await shown(board, `state-no-gold-${theme}`);
    });

    test('without an index the board answers, and the list of setups says the command that builds it', async ({ boardOf }) => {
      const board = await boardOf(LAKES.withoutIndex);
      await board.open();
      await expect(board.neighbours().first()).toBeVisible();
      for (const panel of ['stage', 'conditions'] as const) await expect(board.part(panel).getByRole('table')).toBeVisible();
      await board.screen('/setups');
      await expect(board.page.locator('main code').first()).toContainText('spymaster index');
      await shown(board, `state-no-index-${theme}`);
      await board.screen('/evaluation');
      await expect(board.page.locator('main code').first()).toContainText('spymaster evaluate');
      await shown(board, `state-no-evaluation-${theme}`);
    });

    test('a moment before the first setup of a level says that there is none', async ({ board }) => {
      await board.open({ at: '09:30:00' });
      await expect(board.part('fan').getByRole('status')).toContainText(/was not tested from below yet|known from/);
      for (const panel of OF_A_SETUP) await expect(board.part(panel)).toHaveCount(0);
      await shown(board, `state-no-match-${theme}`);
    });

    test('a panel whose figures do not come says why and can be tried again, while the others go on', async ({ board, page }) => {
      await page.route('**/tables/heat**', (route) =>
        route.fulfill({
          status: 500,
          json: { code: 'corrupt', message: 'part-0.parquet does not match its hash.', fix: 'spymaster build --overwrite' },
        }),
      );
      await board.open();
      await expect(board.part('stage').getByRole('alert')).toContainText('does not match its hash');
      await expect(board.part('stage').getByRole('table')).toBeVisible();
      await expect(board.neighbours().first()).toBeVisible();
      await shown(board, `state-error-${theme}`);
      await page.unroute('**/tables/heat**');
      await board.part('stage').getByRole('button', { name: 'Try again' }).click();
      await expect(board.part('stage').getByRole('alert')).toHaveCount(0);
    });

    test('a feed that falls silent turns amber after 10 s and grey after 30 s', async ({ board, page }) => {
      await page.clock.install();
      await page.routeWebSocket('**/api/replay**', () => undefined);
      await page.goto(`${board.server.address}/board`);
      await page.clock.runFor(1_000);
      await board.ready();
      await page.keyboard.press(' ');
      await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
      await page.clock.runFor(12_000);
      await expect(board.part('stage').locator('section')).toHaveClass(/amber/);
      await expect(board.part('stage').getByText(/no data for 1\d s/)).toBeVisible();
      await shown(board, `state-stale-amber-${theme}`);
      await page.clock.runFor(20_000);
      await expect(board.part('stage').locator('section')).toHaveClass(/grey/);
      await expect(board.part('verdict').locator('.side')).toContainText('NO ANSWER');
      await expect(board.part('verdict').locator('section')).toHaveClass(/stale/);
      await shown(board, `state-stale-grey-${theme}`);
    });
  });
}

/** A state is looked at as a picture, and can be read by everybody. */
async function shown(board: Board, name: string): Promise<void> {
  await board.picture(name);
  await board.expectAccessible();
}
