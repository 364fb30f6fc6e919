/**
 * Every figure on the screen at six random moments against an independent computation from the parquet tables:
 * backend/tests/parity/board_figures.py, which says what it does not cover. Figures are read off the page as a reader sees them.
 */
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Locator } from '@playwright/test';
import { newYork } from '../src/app/ui/new-york.ts';
import type { ApproachAnswer, EpisodeList, NoApproach } from '../src/app/api/schema.ts';
import { type Board, expect, test } from './board.ts';
import { DATE, SYMBOL } from './lakes.ts';
import { BACKEND, SPYMASTER } from './server.ts';

const SEED = Number(process.env['PARITY_SEED'] ?? 30);
const LEVELS = ['pm_high', 'pm_low', 'or_high', 'or_low', 'pd_close', 'vwap'];
const SIDES = ['from_below', 'from_above'] as const;
const TESTED = 4;
const MOMENTS = ['tested 1', 'tested 2', 'tested 3', 'tested 4', 'approached', 'neither'] as const;
/** Lines of the events at most. */
const LISTED = 100;

interface Moment {
  level: string;
  approach_dir: (typeof SIDES)[number];
  atS: number;
}

interface Figures {
  events: string[];
  ladder: Record<string, object>;
  did: { setups: number } | null;
  [part: string]: unknown;
}

for (const [place, name] of MOMENTS.entries()) {
  test(`every figure is that of the tables, seed ${SEED}: ${name}`, async ({ board }) => {
    const { level, approach_dir, atS } = (await drawn(board))[place];
    const at = newYork(atS);
    console.log(`seed ${SEED}, ${name}: ${DATE} ${at} ${level} ${approach_dir}`);
    await board.open({ at, level, approach_dir });
    await board.rest();
    const shown = await read(board);
    const { computed, setupsSeen } = await computedAt(board, [at, level, approach_dir], shown);
    expect(shown.figures).toEqual(computed);
    expect(shown.setupsSeen).toBeLessThanOrEqual(setupsSeen);
  });
}

for (const over of ['120', '240']) {
  test(`the ladder and the ranges that are led are those of the tables over ${over} s, seed ${SEED}`, async ({ board }) => {
    const { level, approach_dir, atS } = (await drawn(board))[Number(over) / 120 - 1];
    const at = newYork(atS);
    console.log(`seed ${SEED}, over ${over}: ${DATE} ${at} ${level} ${approach_dir}`);
    await board.open({ at, level, approach_dir, over });
    await board.rest();
    const ladder = await ladderOf(board.part('stage'));
    const said = await text(board.part('verdict').locator('.sentence'));
    const script = join(BACKEND, 'tests/parity/board_figures.py');
    const asked = [script, board.server.lake, SYMBOL, DATE, at, level, approach_dir, '--over', over];
    const { stdout } = await promisify(execFile)(join(dirname(SPYMASTER), 'python'), asked);
    const computed = JSON.parse(stdout) as { ladder: Record<string, object>; ranges: string[] };
    const inSight = Object.entries(computed.ladder).filter(([strike]) => strike in ladder);
    expect(ladder).toEqual(Object.fromEntries(inSight));
    expect(said.match(/(Longs|Shorts) lead .+?\.(?= |$)/g) ?? []).toEqual(computed.ranges);
  });
}

/** Six moments: tests of different levels, from both sides in turn; one at which price comes to a level, one at which it does neither. */
async function drawn(board: Board): Promise<Moment[]> {
  const { session_start_s, session_end_s, window_s, version } = await board.day();
  const random = randomOf(SEED);
  const pick = <T>(among: readonly T[]): T => among[Math.floor(random() * among.length)];
  const { episodes } = await board.server.get<EpisodeList>(`/api/days/${SYMBOL}/${DATE}/episodes?as_of_s=${session_end_s}`);
  const tests = episodes.filter(({ setup }) => setup === 'level_test');
  const isTested = ({ level, approach_dir, atS }: Moment): boolean =>
    tests.some((one) => one.level_id === level && one.approach_dir === approach_dir && one.start_s <= atS && atS <= one.last_trigger_s);
  const moments: Moment[] = [];
  while (moments.length < TESTED) {
    const approach_dir = SIDES[moments.length % 2];
    const { level_id, start_s, last_trigger_s } = pick(tests.filter((one) => one.approach_dir === approach_dir));
    if (moments.some(({ level }) => level === level_id)) continue;
    moments.push({
      level: level_id,
      approach_dir,
      atS: start_s + window_s * Math.floor((random() * (last_trigger_s - start_s)) / window_s),
    });
  }
  for (const wanted of ['approach', 'none']) {
    for (let found = false; !found;) {
      const atS = session_start_s + window_s * Math.floor((random() * (session_end_s - session_start_s)) / window_s + 1);
      const moment = { level: pick(LEVELS), approach_dir: pick(SIDES), atS };
      if (isTested(moment)) continue;
      const { level, approach_dir } = moment;
      const query = new URLSearchParams({ symbol: SYMBOL, level, approach_dir, as_of_s: `${atS}`, version });
      const { state } = await board.server.get<ApproachAnswer | NoApproach>(`/api/approach?${query}`);
      found = state === wanted;
      if (found) moments.push(moment);
    }
  }
  return moments;
}

/** Numbers from 0 to 1 that a seed gives: mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Shown {
  figures: Figures;
  /** Names of the nearest, as the script takes them, and the strike that is pinned. */
  neighbours: string[];
  pin: string;
  /** Setups that were seen to the answer's horizon: of the figure alone is known that it is at most all of them. */
  setupsSeen: number;
  /** Whether the oldest events are left out. */
  isCut: boolean;
}

/** The script's figures, cut to the rows and lines that are in sight. */
async function computedAt(
  board: Board,
  moment: string[],
  { figures, neighbours, pin, isCut }: Shown,
): Promise<{ computed: Figures; setupsSeen: number }> {
  const script = join(BACKEND, 'tests/parity/board_figures.py');
  const named = neighbours.flatMap((one) => ['--neighbour', one]);
  const { stdout } = await promisify(execFile)(join(dirname(SPYMASTER), 'python'), [
    script,
    board.server.lake,
    SYMBOL,
    DATE,
    ...moment,
    '--pin',
    pin,
    ...named,
  ]);
  const computed = JSON.parse(stdout) as Figures;
  const inReach = Object.keys(computed.ladder).filter((strike) => strike in figures.ladder);
  computed.ladder = Object.fromEntries(inReach.map((strike) => [strike, computed.ladder[strike]]));
  expect(computed.events.length).toBeGreaterThanOrEqual(figures.events.length);
  if (isCut) computed.events = computed.events.slice(0, figures.events.length);
  const setupsSeen = computed.did?.setups ?? 0;
  if (computed.did) computed.did = { ...computed.did, setups: figures.did?.setups ?? NaN };
  return { computed, setupsSeen };
}

async function read(board: Board): Promise<Shown> {
  const { page } = board;
  const stage = board.part('stage');
  const ladder = await ladderOf(stage);
  const strikes = Object.keys(ladder);
  const pin = strikes[Math.floor(randomOf(SEED)() * strikes.length)];
  const button = stage.getByRole('button', { name: pin, exact: true });
  await button.click();
  const pinned = await text(stage.locator('.pinned'));
  await button.click();
  await stage.getByRole('button', { name: 'show as table' }).click();
  await expect(stage.locator('table.figures tbody tr').first()).toBeVisible();
  const candles = await stage.locator('table.figures tbody tr').evaluateAll(cellsOfRows);
  await stage.getByRole('button', { name: 'show as picture' }).click();
  const { lines, isCut } = await eventsOf(board.part('events'));
  const { names, ends } = await tilesOf(board.part('tiles'));
  const did = await didOf(board);
  return {
    figures: {
      clock: (await text(page.locator('time.clock'))).replace('New York time ', ''),
      heading: await text(stage.getByRole('heading')),
      test: (await stage.locator('header .unit').allTextContents()).join(''),
      ladder,
      candles,
      conditions: await conditionsOf(board.part('conditions')),
      'other levels': await othersOf(board.part('other-levels')),
      events: lines,
      answer: await answerOf(board.part('verdict')),
      physics: await physicsOf(board.part('verdict')),
      did,
      pinned,
      neighbours: ends,
    },
    neighbours: names,
    pin,
    setupsSeen: did?.setups ?? 0,
    isCut,
  };
}

/** The figures of each row in reach, by strike. */
async function ladderOf(stage: Locator): Promise<Record<string, object>> {
  const rows = await stage.locator('sp-strike-table tbody tr').evaluateAll((found) =>
    found
      .filter((row) => row.querySelector('.out-of-reach') === null)
      .map((row) => {
        const of = (cell: string): string => (row.querySelector(cell)?.textContent ?? '').replace(/\s+/g, ' ').trimEnd();
        return [
          of('button').trim(),
          {
            bids: of('.rests.bid b'),
            asks: of('.rests.ask b'),
            'bid flow': of('.flow.bid span'),
            'ask flow': of('.flow.ask span'),
            sold: of('.sold'),
            bought: of('.bought'),
            leads: of('.leads').trim(),
            'bid wall': of('.rests.bid em'),
            'ask wall': of('.rests.ask em'),
            row: of('th').trim(),
          },
        ];
      }),
  );
  return Object.fromEntries(rows) as Record<string, object>;
}

async function conditionsOf(panel: Locator): Promise<object | null> {
  if ((await panel.locator('table').count()) === 0) return null;
  const measured = await panel
    .locator('tr.measured td')
    .evaluateAll((cells) => cells.map((cell) => [cell.querySelector('strong')!.textContent, cell.lastChild!.textContent!.trim()]));
  const side = async (place: number): Promise<{ lit: boolean[]; count: string }> => {
    const row = panel.locator('tbody tr:not(.measured)').nth(place);
    const lit = (await row.locator('.needs .hidden').allTextContents()).map((said) => said === ': yes');
    return { lit, count: await text(row.locator('th b')) };
  };
  const [up, down] = [await side(0), await side(1)];
  return {
    balance: await text(panel.locator('.together strong')),
    held: (await text(panel.locator('.together strong + span'))).replace('for ', ''),
    times: measured.map(([figure]) => figure),
    amounts: measured.map(([, amount]) => amount),
    up: up.lit,
    down: down.lit,
    'count up': up.count,
    'count down': down.count,
    history: await panel.locator('svg').getAttribute('aria-label'),
  };
}

function othersOf(panel: Locator): Promise<string[][]> {
  return panel
    .locator('li button')
    .evaluateAll((rows) =>
      rows.map((row) =>
        ['kbd', '.name', '.price', '.distance', '.counter'].map((cell) => (row.querySelector(cell)?.textContent ?? '').trim()),
      ),
    );
}

/** Newest first, those of one second by their words; where the oldest are left out, without the second that may be listed in part. */
async function eventsOf(panel: Locator): Promise<{ lines: string[]; isCut: boolean }> {
  const found = await panel
    .locator('li:has(time)')
    .evaluateAll((rows) => rows.map((row) => [row.querySelector('time')!.textContent, row.querySelector('.text')!.textContent]));
  const isCut = found.length === LISTED;
  const whole = isCut ? found.filter(([time]) => time !== found.at(-1)![0]) : found;
  const byMoment = whole.sort(([time, words], [other, others]) => (time === other ? (words < others ? -1 : 1) : time < other ? 1 : -1));
  return { lines: byMoment.map((line) => line.join(' ')), isCut };
}

async function answerOf(band: Locator): Promise<object> {
  const verdict = (await text(band.locator('.side'))).replace(/^\S+ /, '');
  const sentence = await text(band.locator('.sentence'));
  if (verdict === 'NO ANSWER') return { verdict, line: await text(band.locator('.slab .line')), sentence };
  const share = await text(band.locator('.share .figure'));
  if (verdict === 'APPROACHING') return { verdict, share, line: await text(band.locator('.slab .line')), sentence };
  const line = await text(band.locator('.share .line'));
  const [, interval, past] = /^(.*) · (nothing comparable yet|\d+ setups on \d+ days)(?:, worth \d+)? · in 6 min$/.exec(line) ?? [];
  const ends = (await band.locator('sp-share-gauge .end').allTextContents()).flatMap((end) => end.split('–')).map(Number);
  return { verdict, share, interval, past, ends, sentence };
}

async function physicsOf(band: Locator): Promise<object | null> {
  const slot = band.locator('.physics');
  if ((await slot.locator('.figure').count()) === 0) return null;
  return { balance: await text(slot.locator('.figure')), counters: (await text(slot.locator('.line'))).replace(/ · .*/, '') };
}

/** The row at the answer's horizon. */
async function didOf(board: Board): Promise<(Figures['did'] & object) | null> {
  const panel = board.part('outcomes');
  if ((await panel.count()) === 0) return null;
  const [[, , broke, back, setups]] = await panel.locator('tr.primary').evaluateAll(cellsOfRows);
  const [, barrier] = /^through or back by ([\d.]+) points first$/.exec(await text(panel.locator('.unit')))!;
  const [, tests] = /^dash: usual share of (\d+) tests/.exec(await text(panel.locator('p')))!;
  return { barrier, broke, back, setups: Number(setups), 'past tests': Number(tests) } as Figures['did'] & object;
}

/** The nearest setups as the script takes them, and how each is said to have ended. */
async function tilesOf(panel: Locator): Promise<{ names: string[]; ends: string[][] }> {
  const tiles = await panel
    .locator('ol button')
    .evaluateAll((found) => found.map((tile) => [tile.getAttribute('title')!, tile.querySelector('b')!.textContent]));
  const read = tiles.map(([title, word]) => {
    const [, moment, level, side, kind, outcome] = /^(\S+ \S+), (.+) (from (?:below|above)), (.+), distance [\d.]+, (\w+)$/.exec(title)!;
    return { name: `${moment} ${level.replaceAll(' ', '_')} ${side.replace(' ', '_')}`, ends: [kind, outcome, word.trim()] };
  });
  return { names: read.map(({ name }) => name), ends: read.map(({ ends }) => ends) };
}

/** In the browser: the text of every cell. */
function cellsOfRows(rows: Element[]): string[][] {
  return rows.map((row) => [...row.querySelectorAll('th, td')].map((cell) => (cell.textContent ?? '').replace(/\s+/g, ' ').trim()));
}

async function text(found: Locator): Promise<string> {
  return ((await found.textContent()) ?? '').replace(/\s+/g, ' ').trim();
}
