/**
 * The board's figures beside their goals: headless Chromium without a graphics card, the real server, simulated days of 150,000 and of
 * 3,000,000 records. Run: make figures. It fails where a goal is missed.
 */
import { type Browser, type CDPSession, type Page, chromium } from '@playwright/test';
import { FLAGS, chromiumPath } from './chromium.ts';
import makeLakes, { DATE, LAKES, SYMBOL, makeLargeLake } from './lakes.ts';
import { Server } from './server.ts';

interface Figure {
  name: string;
  value: number;
  digits: number;
  unit: string;
  /** The most it may be; null where there is no goal. */
  goal: number | null;
}

const COLD_STARTS = 3;
const STEPS = 500;
const STRIDES = 100;
const STRIDE_WINDOWS = 12;
const DAYS_OPENED = 10;
/** Days opened first, while the browser still compiles what it runs. */
const WARM_DAYS = 4;
const PLACE = `/board?symbol=${SYMBOL}&date=${DATE}&level=pm_high&approach_dir=from_below&theme=dark`;

makeLakes();
makeLargeLake();
let missed = 0;
for (const [title, lake] of [
  ['days of 150,000 records', LAKES.whole],
  ['days of 3,000,000 records', LAKES.large],
] as const) {
  console.log(`\n${title}`);
  for (const figure of await measure(lake)) {
    const holds = figure.goal === null || figure.value <= figure.goal;
    if (!holds) missed++;
    const goal = figure.goal === null ? '' : `goal ${figure.goal} ${figure.unit}${holds ? '' : '  MISSED'}`;
    console.log(`  ${figure.name.padEnd(58)}${figure.value.toFixed(figure.digits).padStart(9)} ${figure.unit.padEnd(8)}${goal}`);
  }
}
process.exit(missed ? 1 : 0);

async function measure(lake: string): Promise<Figure[]> {
  return [
    ...(await coldStart(lake)),
    ...(await onServer(lake, bytes)),
    ...(await onServer(lake, scrubbing)),
    ...(await onServer(lake, heap)),
  ];
}

/** Server and browser fresh each time: from the navigation until the candles stand. */
async function coldStart(lake: string): Promise<Figure[]> {
  const candles: number[] = [];
  const whole: number[] = [];
  for (let run = 0; run < COLD_STARTS; run++) {
    await onServer(lake, async (page, server) => {
      await page.goto(`${server.address}${PLACE}&at=10:31:05`, { waitUntil: 'commit' });
      candles.push(await page.waitForFunction(() => document.querySelector('sp-stage[data-cursor]') && performance.now()).then(read));
      whole.push(await page.waitForFunction(() => document.body?.dataset['ready'] === 'true' && performance.now()).then(read));
      return [];
    });
  }
  return [
    { name: `first candles, cold, median of ${COLD_STARTS}`, value: median(candles) / 1000, digits: 2, unit: 's', goal: 2.5 },
    { name: `whole board, cold, median of ${COLD_STARTS}`, value: median(whole) / 1000, digits: 2, unit: 's', goal: null },
  ];
}

/** Bytes on the wire: a whole session's data, and the application itself. */
async function bytes(page: Page, server: Server): Promise<Figure[]> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  const urls = new Map<string, string>();
  let data = 0;
  let app = 0;
  devtools.on('Network.responseReceived', ({ requestId, response }) => urls.set(requestId, response.url));
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (new URL(urls.get(requestId) ?? server.address).pathname.startsWith('/api/')) data += encodedDataLength;
    else app += encodedDataLength;
  });
  await page.goto(`${server.address}${PLACE}&at=12:30:00`);
  await ready(page);
  await page.waitForLoadState('networkidle');
  return [
    { name: 'data of a three-hour day, opened at its end', value: data / 1e6, digits: 2, unit: 'MB', goal: 1.5 },
    { name: 'the application, as transferred for the board', value: app / 1000, digits: 0, unit: 'kB', goal: 300 },
  ];
}

/** Main-thread time of each move of the cursor, and charts built anew meanwhile. */
async function scrubbing(page: Page, server: Server): Promise<Figure[]> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' }); // the thread's own time, whatever else runs on the machine
  await page.goto(`${server.address}${PLACE}&at=10:00:00`);
  await ready(page);
  await page.evaluate(() => document.querySelectorAll<HTMLElement>('sp-stage canvas').forEach((canvas) => (canvas.dataset['seen'] = '')));
  const fresh = await moves(page, devtools, STEPS, 1);
  const rebuilds = await page.locator('sp-stage canvas:not([data-seen])').count();
  await page.goto(`${server.address}${PLACE}&at=12:30:00`);
  await ready(page);
  const steps = await moves(page, devtools, STEPS, -1);
  await page.goto(`${server.address}${PLACE}&at=12:30:00`);
  await ready(page);
  const strides = await moves(page, devtools, STRIDES, -STRIDE_WINDOWS);
  const frame = (name: string, taken: number[], goal: number): Figure[] => [
    { name: `${name}, p50`, value: quantile(taken, 0.5), digits: 1, unit: 'ms', goal: null },
    { name: `${name}, p95`, value: quantile(taken, 0.95), digits: 1, unit: 'ms', goal },
  ];
  return [
    ...frame('main thread a move, one window, seen before', steps, 50),
    ...frame(`main thread a move, ${STRIDE_WINDOWS} windows, seen before`, strides, 80),
    ...frame('main thread a move, one window, fetched first', fresh, 50),
    { name: `canvases of the chart made anew over ${STEPS} windows`, value: rebuilds, digits: 0, unit: '', goal: 0 },
  ];
}

/** Memory that stays after days were opened one after another in the same page. */
async function heap(page: Page, server: Server): Promise<Figure[]> {
  const devtools = await page.context().newCDPSession(page);
  await page.goto(`${server.address}${PLACE}&at=10:31:05`);
  await ready(page);
  const open = async (direction: string): Promise<void> => {
    await page.getByRole('button', { name: direction }).click();
    await page.waitForFunction(() => document.body.dataset['ready'] === 'false');
    await ready(page);
    await page.waitForLoadState('networkidle');
  };
  const turns = (await page.getByRole('button', { name: 'Previous day' }).isEnabled())
    ? ['Previous day', 'Next day']
    : ['Next day', 'Previous day'];
  for (let day = 0; day < WARM_DAYS; day++) await open(turns[day % 2]);
  const before = await used(devtools);
  for (let day = 0; day < DAYS_OPENED; day++) await open(turns[day % 2]);
  const after = await used(devtools);
  return [
    { name: 'heap after garbage collection, a day open', value: before / 1e6, digits: 1, unit: 'MB', goal: null },
    { name: `heap growth over ${DAYS_OPENED} days opened`, value: (100 * (after - before)) / before, digits: 1, unit: '%', goal: 10 },
  ];
}

/** Main-thread milliseconds of each of `count` moves of the scrub bar by `windows`, each waited for. */
async function moves(page: Page, devtools: CDPSession, count: number, windows: number): Promise<number[]> {
  const taken: number[] = [];
  for (let move = 0; move < count; move++) {
    const before = await metric(devtools, 'TaskDuration');
    await page.evaluate(async (by) => {
      const range = document.querySelector<HTMLInputElement>('sp-transport input[type=range]')!;
      const clock = document.querySelector('sp-header time')!;
      const shown = clock.textContent;
      range.value = String(Number(range.value) + by);
      range.dispatchEvent(new Event('input', { bubbles: true }));
      const frame = (): Promise<unknown> => new Promise(requestAnimationFrame);
      for (let frames = 0; clock.textContent === shown && frames < 600; frames++) await frame();
      await frame();
      await frame();
    }, windows);
    taken.push(1000 * ((await metric(devtools, 'TaskDuration')) - before));
  }
  return taken;
}

async function onServer(lake: string, use: (page: Page, server: Server) => Promise<Figure[]>): Promise<Figure[]> {
  const server = await Server.on(lake);
  const browser: Browser = await chromium.launch({ executablePath: chromiumPath(), args: FLAGS, chromiumSandbox: false });
  try {
    return await use(await browser.newPage({ viewport: { width: 1680, height: 1050 } }), server);
  } finally {
    await browser.close();
    await server.kill();
  }
}

async function ready(page: Page): Promise<void> {
  await page.waitForFunction(() => document.body?.dataset['ready'] === 'true');
}

/** Bytes of objects and of the arrays that a day's columns are. */
async function used(devtools: CDPSession): Promise<number> {
  for (let pass = 0; pass < 3; pass++) await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize } = await devtools.send('Runtime.getHeapUsage');
  return usedSize + backingStorageSize;
}

async function metric(devtools: CDPSession, name: string): Promise<number> {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return metrics.find((one) => one.name === name)!.value;
}

async function read(handle: { jsonValue(): Promise<unknown> }): Promise<number> {
  return Number(await handle.jsonValue());
}

function median(values: number[]): number {
  return quantile(values, 0.5);
}

/** The value below which a share of the values lies: the nearest rank. */
function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}
