import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { THEMES, expect, test } from './board.ts';
import { LAKES } from './lakes.ts';

for (const theme of THEMES) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    test('a server that dies is missed where something is asked of it; what is there stays, and all goes on once it is back', async ({
      ownBoard,
      page,
    }) => {
      const board = await ownBoard(LAKES.whole);
      await board.open({ at: '10:31:05' });
      await board.server.kill();

      await page.keyboard.press('Shift+ArrowRight');
      await expect(page.getByText('The server does not answer.').first()).toBeVisible();
      await expect(board.canvas()).toBeVisible();
      await page.keyboard.press('f');
      await expect(board.part('fan').getByRole('alert')).toContainText('The server does not answer.');
      await board.picture(`state-server-gone-${theme}`);
      await board.expectAccessible();

      await board.server.start();
      await board.part('fan').getByRole('button', { name: 'Try again' }).click();
      await expect(board.neighbours().first()).toBeVisible();
      await page.keyboard.press('Shift+ArrowRight');
      await expect.poll(() => board.at() > '10:31:05').toBe(true);
      await expect(page.getByText('The server does not answer.')).toHaveCount(0);
    });
  });
}

test('playing goes on by itself after the server was killed and started again', async ({ ownBoard, page }) => {
  const board = await ownBoard(LAKES.whole);
  await board.open({ at: '10:31:05' });
  await page.keyboard.press(' ');
  await expect.poll(() => board.at() > '10:31:20').toBe(true);
  await board.server.kill();
  await expect(page.getByText('The connection to the replay broke')).toBeVisible();
  const before = board.at();
  await board.server.start();
  await expect.poll(() => board.at() > before, { timeout: 30_000 }).toBe(true);
  await expect(page.getByText('The connection to the replay broke')).toHaveCount(0);
});

test('a day that is built anew while it is looked at is loaded again, and said so', async ({ ownBoard, page }, { outputDir }) => {
  const lake = join(outputDir, 'lake');
  cpSync(LAKES.whole, lake, { recursive: true, filter: (path) => !path.includes('/raw/') });
  const board = await ownBoard(lake);
  await board.open({ at: '10:31:05' });
  rmSync(join(lake, 'gold/product_type=future_mbo/symbol=ESZ5/table=mbo_physics_ladder'), { recursive: true });
  await page.keyboard.press('Shift+ArrowRight');
  await expect(page.getByText(/was built anew/)).toBeVisible();
  await expect(board.part('stage').locator('code')).toContainText('spymaster build');
  await expect(board.canvas()).toBeVisible();
});
