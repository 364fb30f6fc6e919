import { GAP_DATE } from './lakes.ts';
import { SCREENS, THEMES, expect, lakeOf, test } from './board.ts';

for (const theme of THEMES) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    for (const screen of SCREENS) {
      test(`${screen} is shown without a message of failure, and axe finds nothing`, async ({ boardOf }) => {
        const board = await boardOf(lakeOf(screen));
        await board.screen(`/${screen}`);
        await expect(board.page.locator('html')).toHaveAttribute('data-theme', theme);
        await expect(board.page.getByRole('alert')).toHaveCount(0);
        await expect(board.page.getByText('SYNTHETIC').first()).toBeVisible();
        await board.picture(`${screen}-${theme}`);
        await board.expectAccessible();
      });
    }

    test('the chart without heat and lens, and the figures as tables', async ({ board }) => {
      await board.open();
      await board.page.keyboard.press('h');
      await board.page.keyboard.press('c');
      await board.picture(`board-candles-alone-${theme}`);
      await board.part('stage').getByRole('button', { name: 'show as table' }).click();
      await expect(board.part('stage').getByRole('table', { name: /Last candles/ })).toBeVisible();
      await board.picture(`board-as-tables-${theme}`);
      await board.expectAccessible();
    });

    test('the help lists the keys', async ({ board }) => {
      await board.open();
      await board.page.keyboard.press('?');
      await expect(board.page.getByRole('dialog')).toBeVisible();
      await board.picture(`help-${theme}`);
      await board.expectAccessible();
      await board.page.keyboard.press('Escape');
      await expect(board.page.getByRole('dialog')).toBeHidden();
    });

    test('a window in which records were lost is named a gap', async ({ board }) => {
      const marked = await board.firstGap(GAP_DATE);
      await board.open({ date: GAP_DATE, at: marked });
      await expect(board.part('stage').getByText(/gap: /).first()).toBeVisible();
      await board.picture(`state-gap-${theme}`);
      await board.expectAccessible();
    });

    test("the session's end is said", async ({ board }) => {
      await board.open();
      await board.page.keyboard.press('End');
      await expect(board.page.getByText('session end', { exact: true })).toBeVisible();
      await expect.poll(() => board.at()).toBe('12:30:00');
      await board.ready();
      await board.picture(`state-end-${theme}`);
      await board.expectAccessible();
    });
  });
}
