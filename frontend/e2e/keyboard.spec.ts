import { expect, test } from './board.ts';

test('the whole board is worked by keys alone', async ({ board, page }) => {
  await board.open({ at: '10:31:05' });
  const moves: [key: string, at: string][] = [
    ['ArrowRight', '10:31:10'],
    ['ArrowLeft', '10:31:05'],
    ['Shift+ArrowRight', '10:33:05'],
    ['Shift+ArrowLeft', '10:31:05'],
    ['End', '12:30:00'],
    ['Home', '09:30:00'],
  ];
  for (const [key, at] of moves) {
    await page.keyboard.press(key);
    await expect.poll(() => board.at(), key).toBe(at);
  }
  await page.keyboard.press('Control+ArrowRight');
  await expect.poll(() => board.at()).not.toBe('09:30:00');
  const first = board.at();
  await page.keyboard.press('Control+ArrowRight');
  await expect.poll(() => board.at() > first).toBe(true);
  await page.keyboard.press('Control+ArrowLeft');
  await expect.poll(() => board.at()).toBe(first);

  await page.keyboard.press('2');
  await expect.poll(() => board.param('level')).not.toBe('pm_high');
  await page.keyboard.press('1');
  await expect.poll(() => board.param('level')).toBe('pm_high');
  const approachDir = board.param('approach_dir');
  await page.keyboard.press('f');
  await expect.poll(() => board.param('approach_dir')).not.toBe(approachDir);
  await page.keyboard.press('e');
  await expect(board.part('events').getByRole('region', { name: /^Events, / })).toBeFocused();
  await page.keyboard.press('Escape');
  await page.keyboard.press('h');
  await expect.poll(() => board.param('heat')).toBe('0');
  for (const [key, name, value] of [
    ['c', 'lens', '0'],
    ['w', 'over', '120'],
    [',', 'bright', '95'],
    ['<', 'dark', '25'],
  ]) {
    await page.keyboard.press(key);
    await expect.poll(() => board.param(name), key).toBe(value);
  }
  await page.keyboard.press(']');
  await expect.poll(() => Number(board.param('speed'))).toBeGreaterThan(12);
  await page.keyboard.press('[');
  await expect.poll(() => board.param('speed')).toBe('');
  await page.keyboard.press('t');
  await expect.poll(() => board.param('theme')).not.toBe('');
});

test('space plays the market on and stops it', async ({ board, page }) => {
  await board.open({ at: '10:31:05' });
  await page.keyboard.press(' ');
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect.poll(() => board.at() > '10:31:20').toBe(true);
  await page.keyboard.press(' ');
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await board.rest();
  await page.waitForTimeout(1000); // the address follows the last step within a second
  const stopped = board.at();
  await page.waitForTimeout(1000);
  expect(board.at()).toBe(stopped);
});

test('tab reaches every control with a visible focus, and a neighbour opens by the enter key', async ({ board, page }) => {
  await board.open();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'To the figures' })).toBeFocused();
  const reached = new Set<string>();
  for (let press = 0; press < 90; press++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement === document.body)) break; // past the last control
    const focused = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      const style = getComputedStyle(element);
      return {
        name: element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '',
        ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0,
      };
    });
    expect(focused.ring, `focus is visible on ${focused.name}`).toBe(true);
    reached.add(focused.name);
  }
  for (const name of ['Play', 'Next episode', 'Moment of the session', 'Setups', 'Lake']) expect([...reached]).toContain(name);

  await page.getByRole('button', { name: 'Play', exact: true }).focus(); // the last tab may rest in a list, which takes letters for itself
  await page.keyboard.press('n');
  await expect(page).toHaveURL(/\/setups\?.*pick=/);
  await expect(page.getByRole('heading', { name: /most similar setups/ })).toBeVisible();
  await page.goBack();
  await board.rest();
  await board
    .part('tiles')
    .getByRole('button', { name: /^all \d+ n$/ })
    .focus();
  await page.keyboard.press('Tab');
  await expect(board.neighbours().first()).toBeFocused();
  const date = board.param('date');
  await page.keyboard.press('Enter');
  await expect.poll(() => board.param('date')).not.toBe(date);
});
