import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Page } from '@playwright/test';
import type { FeedState } from '../src/app/api/schema.ts';
import { Board, THEMES, expect, test } from './board.ts';
import { DATE, LAKES, SYMBOL } from './lakes.ts';
import { BACKEND } from './server.ts';

/** 10:30:00 in New York, up to where the day has come when the board is opened. */
const UNTIL_S = 1_760_452_200;

/** A copy of the lake in which the newest day is live, and its feed; see `tests/harness/live_day.py`. */
class LiveDay {
  readonly lake = mkdtempSync(join(tmpdir(), 'live-'));
  private readonly process: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  private constructor() {
    cpSync(LAKES.whole, this.lake, { recursive: true, preserveTimestamps: true });
    const args = ['-m', 'tests.harness.live_day', this.lake, SYMBOL, DATE, String(UNTIL_S)];
    this.process = spawn(join(BACKEND, '.venv/bin/python'), args, { cwd: BACKEND, stdio: ['pipe', 'pipe', 'inherit'] });
    this.lines = createInterface({ input: this.process.stdout! })[Symbol.asyncIterator]();
  }

  static async begin(): Promise<LiveDay> {
    const day = new LiveDay();
    await day.answer();
    return day;
  }

  /** The next windows become final. */
  async goOn(windows: number): Promise<void> {
    await this.order(`go ${windows}`);
  }

  /** What is said of the feed from now on. */
  async say(state: Partial<FeedState> & { next_in_s?: number }): Promise<void> {
    await this.order(`say ${JSON.stringify(state)}`);
  }

  async hush(): Promise<void> {
    await this.order('hush');
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.stdin!.end();
    await ended;
    rmSync(this.lake, { recursive: true });
  }

  private async order(line: string): Promise<void> {
    this.process.stdin!.write(`${line}\n`);
    await this.answer();
  }

  private async answer(): Promise<void> {
    const { done } = await this.lines.next();
    if (done) throw new Error('tests.harness.live_day ended before it answered.');
  }
}

for (const theme of THEMES) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    test('the board follows a live day, looks back and returns, and says how its feed does', async ({ ownBoard, page }) => {
      const day = await LiveDay.begin();
      try {
        const board = await ownBoard(day.lake);
        await follow(board, page, day, theme);
        await lookBack(board, page, day, theme);
        await feeds(board, page, day, theme);
      } finally {
        await day.end();
      }
    });
  });
}

/** A bare address is the live day at its edge. */
async function follow(board: Board, page: Page, day: LiveDay, theme: string): Promise<void> {
  await board.screen('/board');
  await expect(clock(page)).toContainText('10:30:00');
  await expect(badge(page)).toHaveText('LIVE · SYNTHETIC DATA');
  await expect(page.getByLabel('Contract and date').locator('option:checked')).toHaveText(`${DATE} · ${SYMBOL}, live`);
  await expect(feed(page)).toHaveText(/^feed live, \d s$/);
  await expect(board.part('transport')).toContainText('at the live edge');
  await day.goOn(13);
  await expect(clock(page)).toContainText('10:31:05');
  await board.ready();
  expect(board.at(), 'the address of the edge names no moment').toBe('');
  expect((await page.getByRole('banner').boundingBox())!.height, 'the header is one line').toBeLessThan(50);
  await board.picture(`live-${theme}`);
  await board.expectAccessible();
}

async function lookBack(board: Board, page: Page, day: LiveDay, theme: string): Promise<void> {
  await page.keyboard.press('Shift+ArrowLeft');
  await expect(badge(page)).toHaveText('REVIEW, 2 min behind · SYNTHETIC DATA');
  await day.goOn(13);
  await expect(badge(page)).toHaveText('REVIEW, 3 min behind · SYNTHETIC DATA');
  await expect(clock(page)).toContainText('10:29:05');
  await expect(page.getByRole('button', { name: 'Follow' })).toBeVisible();
  await expect.poll(() => board.at()).toBe('10:29:05');
  await board.ready();
  await board.picture(`live-review-${theme}`);
  await board.expectAccessible();
  await page.reload();
  await board.ready();
  await expect(badge(page)).toHaveText('REVIEW, 3 min behind · SYNTHETIC DATA');
  await page.keyboard.press('End');
  await expect(badge(page)).toHaveText('LIVE · SYNTHETIC DATA');
  await expect(clock(page)).toContainText('10:32:10');
  await day.goOn(1);
  await expect(clock(page)).toContainText('10:32:15');
}

async function feeds(board: Board, page: Page, day: LiveDay, theme: string): Promise<void> {
  await day.say({ state: 'reconnecting', attempt: 3, next_in_s: 60 });
  await expect(feed(page)).toHaveText(/^reconnecting \(attempt 3, next in \d+ s\)$/);
  await expect(board.part('stage').locator('section')).toHaveClass(/grey/);
  expect((await page.getByRole('banner').boundingBox())!.height, 'the header is one line').toBeLessThan(50);
  await board.picture(`live-reconnecting-${theme}`);
  await board.expectAccessible();
  await day.say({ state: 'recorder_failed', message: 'No space left on /lake.' });
  await expect(feed(page)).toHaveText('not recorded: No space left on /lake.');
  await expect(page.getByRole('group', { name: 'Notice' })).toContainText('The day is not recorded: No space left on /lake.');
  await board.picture(`live-not-recorded-${theme}`);
  await board.expectAccessible();
  await day.say({ state: 'live' });
  await expect(page.getByRole('group', { name: 'Notice' })).toHaveCount(0);
  await expect(board.part('stage').locator('section')).not.toHaveClass(/grey|amber/);
  await day.hush();
  await expect(feed(page)).toHaveText(/^engine silent, \d+ s$/);
  await expect(board.part('stage').locator('section')).toHaveClass(/grey/);
  await expect(board.part('verdict').locator('.side')).toContainText('NO ANSWER');
  await board.picture(`live-silent-${theme}`);
  await board.expectAccessible();
}

function badge(page: Page) {
  return page.locator('sp-watermark .chip');
}

function clock(page: Page) {
  return page.getByRole('banner').locator('time');
}

function feed(page: Page) {
  return page.getByRole('banner').locator('.feed');
}
