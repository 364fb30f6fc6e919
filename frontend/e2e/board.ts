import AxeBuilder from '@axe-core/playwright';
import { type Locator, type Page, test as base, expect } from '@playwright/test';
import { tableFromIPC } from 'apache-arrow';
import { join } from 'node:path';
import { newYork } from '../src/app/ui/new-york.ts';
import type { Day } from '../src/app/api/schema.ts';
import { DATE, LAKES, SYMBOL } from './lakes.ts';
import { Server } from './server.ts';

export { expect };
export const THEMES = ['dark', 'light'] as const;
export const SCREENS = ['board', 'setups', 'evaluation', 'lake'] as const;
/** The lake in which a screen has most to show. */
export function lakeOf(screen: (typeof SCREENS)[number]): string {
  return screen === 'evaluation' ? LAKES.scored : LAKES.whole;
}

/** Panels and lines of the board, by their element. */
export type Part =
  'verdict' | 'stage' | 'conditions' | 'other-levels' | 'events' | 'past' | 'fan' | 'outcomes' | 'why' | 'tiles' | 'transport';
export const PICTURES = join(import.meta.dirname, '../test-results/pictures');

/** Steps of a channel by which blended edges differ between two paintings of the same. */
const ROUNDING = 2;

/** Parts of a board's address; each has a default. */
export interface Place {
  symbol?: string;
  date?: string;
  at?: string;
  level?: string;
  approach_dir?: string;
  theme?: string;
  /** Seconds of the horizon. */
  over?: string;
}

/** The board in one page, as a person meets it. */
export class Board {
  readonly page: Page;
  readonly server: Server;

  constructor(page: Page, server: Server) {
    this.page = page;
    this.server = server;
  }

  async open(place: Place = {}): Promise<void> {
    const asked = { symbol: SYMBOL, date: DATE, at: '10:31:05', level: 'pm_high', approach_dir: 'from_below', ...place };
    await this.page.goto(`${this.server.address}/board?${new URLSearchParams(asked)}`);
    await this.ready();
  }

  async screen(path: string): Promise<void> {
    await this.page.goto(this.server.address + path);
    await this.ready();
  }

  /** Waits until nothing is on its way: day, setup and screen are shown, or a message in their place. */
  async ready(): Promise<void> {
    await expect(this.page.locator('body')).toHaveAttribute('data-ready', 'true');
  }

  part(name: Part): Locator {
    return this.page.locator(`sp-${name}`);
  }

  canvas(): Locator {
    return this.part('stage').locator('canvas');
  }

  /** Where the parts of the chart lie in its canvas, CSS pixels. */
  async stage(): Promise<{ plot: number; gutter: number; head: number; bottom: number; row: number }> {
    return this.part('stage').evaluate((stage) => {
      const { plot, gutter, head, bottom, row } = stage.dataset;
      return { plot: Number(plot), gutter: Number(gutter), head: Number(head), bottom: Number(bottom), row: Number(row) };
    });
  }

  day(date = DATE): Promise<Day> {
    return this.server.get<Day>(`/api/days/${SYMBOL}/${date}`);
  }

  /** New York time at which a session's first window with a gap had ended. */
  async firstGap(date: string): Promise<string> {
    const { session_start_s, session_end_s, window_s } = await this.day(date);
    const reply = await fetch(
      `${this.server.address}/api/days/${SYMBOL}/${date}/tables/windows?as_of_s=${session_end_s}&from_s=${session_start_s}`,
    );
    const gap = tableFromIPC(new Uint8Array(await reply.arrayBuffer()))
      .toArray()
      .find((row) => row['marks'] !== 0);
    return newYork(Number(gap['start_s']) + window_s);
  }

  /** Epoch seconds of a New York time of the day, after the session's start. */
  async secondsOf(at: string): Promise<number> {
    const { session_start_s } = await this.day();
    const [hours, minutes, seconds] = at.split(':').map(Number);
    const [startHours, startMinutes] = newYork(session_start_s).split(':').map(Number);
    return session_start_s + (hours - startHours) * 3600 + (minutes - startMinutes) * 60 + seconds;
  }

  /** Drags the scrub bar to a time. */
  async scrubTo(at: string): Promise<void> {
    const { lead_in_start_s, window_s } = await this.day();
    const window = (await this.secondsOf(at)) / window_s - lead_in_start_s / window_s - 1;
    await this.page.getByLabel('Moment of the session').evaluate((range: HTMLInputElement, value) => {
      range.value = String(value);
      range.dispatchEvent(new Event('input', { bubbles: true }));
    }, window);
    await expect.poll(() => this.at()).toBe(at);
  }

  /** Waits until the questions that a moved cursor puts off are put and answered. */
  async rest(): Promise<void> {
    await this.page.waitForLoadState('networkidle');
    await this.page.waitForTimeout(400);
    await this.ready();
  }

  /** The nearest of the similar setups. */
  neighbours(): Locator {
    return this.part('tiles').locator('ol').getByRole('button');
  }

  at(): string {
    return this.param('at');
  }

  param(name: string): string {
    return new URL(this.page.url()).searchParams.get(name) ?? '';
  }

  async picture(name: string): Promise<void> {
    await this.page.screenshot({ path: join(PICTURES, `${name}.png`) });
  }

  /** How many pixels of two pictures differ by more than the rounding of a blended edge; all of them where their sizes do. */
  async differing(one: Buffer, other: Buffer): Promise<number> {
    const [a, b] = await Promise.all([this.pixels(one), this.pixels(other)]);
    if (a.length !== b.length) return Math.max(a.length, b.length) / 4;
    const differ = new Set<number>();
    for (let at = 0; at < a.length; at++) if (Math.abs(a[at] - b[at]) > ROUNDING) differ.add(at >> 2);
    return differ.size;
  }

  /** Red, green, blue and alpha of each pixel of a PNG, read by the browser. */
  async pixels(png: Buffer): Promise<Buffer> {
    const read = await this.page.evaluate(async (encoded) => {
      const image = new Image();
      image.src = `data:image/png;base64,${encoded}`;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      const brush = canvas.getContext('2d')!;
      brush.drawImage(image, 0, 0);
      const bytes = brush.getImageData(0, 0, image.width, image.height).data;
      let text = '';
      for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
      return btoa(text);
    }, png.toString('base64'));
    return Buffer.from(read, 'base64');
  }

  async expectAccessible(): Promise<void> {
    const { violations } = await new AxeBuilder({ page: this.page }).analyze();
    const found = violations.map(
      ({ id, help, nodes }) =>
        `${id}, ${nodes.length} times: ${help}\n  ${nodes
          .slice(0, 8)
          .map((node) => node.target.join(' '))
          .join('\n  ')}`,
    );
    expect(found).toEqual([]);
  }
}

interface Fixtures {
  board: Board;
  /** The board of another lake. */
  boardOf: (lake: string) => Promise<Board>;
  /** A server of the test's own, which it may kill. */
  ownBoard: (lake: string) => Promise<Board>;
}

interface Shared {
  servers: (lake: string) => Promise<Server>;
}

export const test = base.extend<Fixtures, Shared>({
  servers: [
    async ({}, use) => {
      const started = new Map<string, Promise<Server>>();
      await use((lake) => {
        if (!started.has(lake)) started.set(lake, Server.on(lake));
        return started.get(lake)!;
      });
      for (const server of started.values()) await (await server).kill();
    },
    { scope: 'worker' },
  ],
  board: async ({ boardOf }, use) => {
    await use(await boardOf(LAKES.whole));
  },
  boardOf: async ({ page, servers }, use) => {
    const thrown: string[] = [];
    page.on('pageerror', (error) => thrown.push(String(error)));
    page.on('console', (line) => {
      if (line.type() === 'error' && !line.text().startsWith('Failed to load resource')) thrown.push(line.text());
    });
    await use(async (lake) => new Board(page, await servers(lake)));
    expect(thrown, 'errors in the console').toEqual([]);
  },
  ownBoard: async ({ page }, use) => {
    const started: Server[] = [];
    await use(async (lake) => {
      started.push(await Server.on(lake));
      return new Board(page, started.at(-1)!);
    });
    for (const server of started) await server.kill();
  },
});
