import { expect, test } from './board.ts';

/** A share against what is usual, and on how many setups it stands. */
const SAID = /\d+ % (broke|rejected), usually \d+ %.*(\d+ setups on \d+ days|nothing comparable yet)/s;

test('a first-time trader opens the board, reads a setup, meets the neighbours, jumps to one and comes back', async ({ board, page }) => {
  await page.goto(board.server.address);
  await board.ready();
  await expect(page).toHaveURL(/\/board\?/);
  await expect(page.getByText('SYNTHETIC').first()).toBeVisible();
  await expect(board.part('verdict')).toContainText(SAID);

  await page.getByRole('combobox', { name: /^Level/ }).selectOption({ label: 'PM High' });
  await page.keyboard.press('Escape');
  await page.getByLabel('Moment of the session').focus();
  await page.keyboard.press('Home');
  await expect.poll(() => board.at()).toBe('09:30:00');
  await page.getByRole('button', { name: 'Next episode' }).click();
  await expect.poll(() => board.at()).not.toBe('09:30:00');
  await board.rest();

  const verdict = board.part('verdict');
  await expect(verdict).toContainText(/Price (\d+\.\d+ (above|below)|at) PM High \d+\.\d\d, (coming (up|down)|standing)\./);
  await expect(verdict).toContainText(SAID);
  await expect(board.part('other-levels').getByRole('button', { name: /Direction/ })).toContainText(
    board.param('approach_dir').replace('_', ' '),
  );

  const here = page.url();
  await page.keyboard.press('n');
  await expect(page).toHaveURL(/\/setups\?.*pick=/);
  await expect(page.getByRole('heading', { name: /most similar setups/ })).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL(here);
  await board.rest();

  const nearest = board.neighbours().first();
  const name = (await nearest.getAttribute('title'))!;
  const [, month, day, hours, minutes, side] = /(\d\d)-(\d\d) (\d\d):(\d\d):\d\d, .* (from below|from above),/.exec(name)!;
  await nearest.click();
  await expect.poll(() => board.param('date')).toBe(`2025-${month}-${day}`);
  await board.rest();
  expect(board.at()).toMatch(new RegExp(`^${hours}:${minutes}:`));
  expect(board.param('approach_dir')).toBe(side.replace(' ', '_'));
  await expect(page.getByLabel('Contract and date')).toContainText(`2025-${month}-${day}`);
  await board.picture('walk-neighbour');

  await page.goBack();
  await expect(page).toHaveURL(here);
  await board.rest();
  await expect(verdict).toContainText('PM High');

  await page.getByRole('combobox', { name: /^Level/ }).selectOption({ label: 'VWAP' });
  await expect.poll(() => board.param('level')).toBe('vwap');
  await expect(board.part('stage').getByRole('heading')).toContainText('VWAP');

  const theme = await page.locator('html').getAttribute('data-theme');
  await page.getByRole('button', { name: theme === 'dark' ? 'Light' : 'Dark' }).click();
  await expect(page.locator('html')).not.toHaveAttribute('data-theme', theme!);
  await board.picture('walk-end');
});

test('a setup of the list opens its day on the board', async ({ board, page }) => {
  await board.screen('/setups');
  await page
    .getByRole('button', { name: /open on the board/ })
    .first()
    .click();
  await expect(page).toHaveURL(/\/board\?/);
  await board.ready();
  await expect(board.part('verdict')).toContainText('usually');
});
