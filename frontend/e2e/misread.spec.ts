/** Readings of the old boards that misled a trader: 90a265b is the board before the stage, e2c401f the one before the band. One test each. */
import { tableFromIPC } from 'apache-arrow';
import { newYork } from '../src/app/ui/new-york.ts';
import type { Episode, EpisodeList } from '../src/app/api/schema.ts';
import { type Board, expect, test } from './board.ts';
import { DATE, SYMBOL } from './lakes.ts';

/** After so many windows who leads a strike is looked at again: half a minute, in which no flow is counted twice. */
const APART = 6;
const LOOKS = 8;
/** From the level so many barriers on, what stands is still in the way. */
const FAR_BARRIERS = 2.5;

// e2c401f fails: `wins` was the sign of five seconds' net flow, the opposite of what it was in 28 to 39 of 100 strikes.
test('who leads a strike is no noise: half a minute later the other side leads almost nowhere', async ({ board, page }) => {
  const [one] = await tests(board);
  await board.open(placeOf(one, one.start_s));
  let both = 0;
  let turned = 0;
  let before = new Map<string, string>();
  for (let look = 0; look < LOOKS; look++) {
    const now = await leaders(board);
    for (const [strike, leader] of now) {
      if (!before.has(strike)) continue;
      both++;
      if (before.get(strike) !== leader) turned++;
    }
    before = now;
    for (let window = 0; window < APART; window++) await page.keyboard.press('ArrowRight');
    await board.rest();
  }
  expect(both).toBeGreaterThan(20);
  expect(turned / both).toBeLessThanOrEqual(0.02);
});

// e2c401f fails: `Up wins at 6787, 6789, 6791, 6792; Down wins at 6788, 6790`, another list every five seconds.
test('the sentence names ranges of strikes that the ladder shows, never a list', async ({ board }) => {
  let ranges = 0;
  for (const one of (await tests(board)).slice(14, 20)) {
    await board.open(placeOf(one, one.last_trigger_s));
    const said = (await board.part('verdict').locator('.sentence').innerText()).replace(/BUT[\s\S]*/, '');
    expect(said).not.toMatch(/\d{4}, \d{4}|wins/);
    const led = await leaders(board);
    for (const [, word, named] of said.matchAll(/(Longs|Shorts) lead ([\d. and-]+)\./g)) {
      expect(named).toMatch(/^\d+-\d+( and \d+-\d+)?$/);
      for (const strike of named.split(/-| and /)) {
        ranges++;
        if (led.has(strike)) expect(led.get(strike)).toBe(`${word.toLowerCase()} lead`);
      }
    }
  }
  expect(ranges).toBeGreaterThan(0);
});

// 90a265b fails: `After 6 min 29 of 50 broke` stood below a share of 53 %.
test('the share stands on the screen once: the band and what they did say the same, and no raw count stands beside it', async ({
  board,
  page,
}) => {
  for (const one of (await tests(board)).slice(0, 4)) {
    await board.open(placeOf(one, one.start_s));
    const [, share, verb] = /(\d+) % (broke|rejected)/.exec(await board.part('verdict').locator('.share').innerText())!;
    const cells = await board.part('outcomes').locator('tr.primary td').allInnerTexts();
    const [broke, back] = [cells[1], cells[2]].map((cell) => parseInt(cell));
    expect(verb === 'broke' ? broke : back).toBe(Number(share));
    expect(await page.locator('main').innerText()).not.toMatch(/\d+ of \d+ (broke|rejected)|\d+ (broke|rejected) of/);
  }
});

// 90a265b fails: its ladder showed a wall as a number among numbers; on e2c401f the sentence saw no farther than 3 points from the price.
test('a wall ahead of the price is marked in the ladder, and the sentence does not miss it', async ({ board }) => {
  const { tick } = await board.day();
  let seen = 0;
  for (const one of (await tests(board)).slice(0, 10)) {
    await board.open(placeOf(one, one.last_trigger_s));
    const fromBelow = one.approach_dir === 'from_below';
    const said = (await board.part('verdict').locator('.sentence').innerText()).replace(/\s+/g, ' ');
    const [, away, side, level] = /^Price (?:at|([\d.]+) (above|below)) \D*([\d.]+),/.exec(said)!;
    const price = Number(level) + (away === undefined ? 0 : side === 'above' ? Number(away) : -Number(away));
    const far = Number(level) + (fromBelow ? 1 : -1) * FAR_BARRIERS * one.barrier_ticks * tick;
    const ahead = (await standingWalls(board, fromBelow ? 'ask' : 'bid')).filter(
      ({ strike }) => strike >= Math.min(price, far) && strike <= Math.max(price, far),
    );
    if (ahead.length === 0) continue;
    seen++;
    const largest = Math.max(...ahead.map(({ contracts }) => contracts));
    const [, contracts, did] = /BUT ([\d,]+) (?:asks|bids) (rest|pulled|eaten) at/.exec(said) ?? [];
    const named = Number(contracts?.replace(',', ''));
    if (did === 'rest') expect(named, said).toBe(largest);
    else expect(named, said).toBeGreaterThanOrEqual(largest);
  }
  expect(seen).toBeGreaterThan(0);
});

// e2c401f fails: beyond five ticks it said `The price has left the level`, whichever way price went; on 90a265b the setups of a test long over stayed.
test('price that comes to a level has not left it, and no setups of a test before are shown', async ({ board, page }) => {
  const coming = (await approaches(board)).slice(0, 3);
  expect(coming.length).toBeGreaterThan(0);
  for (const { test: before, atS } of coming) {
    await board.open(placeOf(before, atS));
    await board.rest();
    await expect(board.part('verdict').locator('.side')).toContainText('APPROACHING');
    await expect(board.part('verdict').locator('.slab')).toContainText('away, coming.');
    await expect(page.locator('main')).not.toContainText('left the level');
    await expect(board.part('tiles')).toHaveCount(0);
    await expect(board.part('outcomes')).toHaveCount(0);
  }
});

// 90a265b fails: a setup from the other side was drawn upside down, and coloured and named as if it were not.
test('a tile is coloured and named as its own path goes', async ({ board }) => {
  let sided = 0;
  let turned = 0;
  for (const one of (await tests(board)).slice(0, 6)) {
    await board.open(placeOf(one, one.start_s));
    const tiles = await board
      .part('tiles')
      .locator('ol button')
      .evaluateAll((buttons) =>
        buttons.map((tile) => {
          const heights = (line: string): number[] =>
            [
              ...tile
                .querySelector(line)!
                .getAttribute('d')!
                .matchAll(/[ML][\d.-]+ ([\d.-]+)/g),
            ].map(([, y]) => Number(y));
          const [level] = heights('.level');
          return {
            title: tile.getAttribute('title')!,
            direction: tile.className,
            word: tile.querySelector('b')!.textContent.trim(),
            goesUp: heights('.until').at(-1)! < level,
          };
        }),
      );
    for (const { title, direction, word, goesUp } of tiles) {
      const [glyph, ended] = word.split(' ');
      if (ended !== 'through' && ended !== 'back') continue;
      sided++;
      if (!title.includes(one.approach_dir.replace('_', ' '))) turned++;
      const drawn = goesUp ? 'up' : 'down';
      expect({ title, direction, glyph }).toEqual({ title, direction: drawn, glyph: goesUp ? '▲' : '▼' });
      expect(ended, title).toBe((drawn === 'up') === (one.approach_dir === 'from_below') ? 'through' : 'back');
    }
  }
  expect(sided).toBeGreaterThan(0);
  expect(turned, 'tiles from the other side').toBeGreaterThan(0);
});

/** Tests of the day's levels, in order. */
async function tests(board: Board): Promise<Episode[]> {
  const { session_end_s } = await board.day();
  const { episodes } = await board.server.get<EpisodeList>(`/api/days/${SYMBOL}/${DATE}/episodes?as_of_s=${session_end_s}`);
  return episodes.filter(({ setup }) => setup === 'level_test');
}

function placeOf({ level_id, approach_dir }: Episode, atS: number): { level: string; approach_dir: string; at: string } {
  return { level: level_id, approach_dir, at: newYork(atS) };
}

/** Who leads each strike that somebody leads: `longs lead`. */
async function leaders(board: Board): Promise<Map<string, string>> {
  const rows = await board
    .part('stage')
    .locator('tbody tr')
    .evaluateAll((found) =>
      found.map((row) => [
        row.querySelector('button')?.textContent.trim() ?? '',
        row.querySelector('.leads .hidden')?.textContent.trim() ?? '',
      ]),
    );
  return new Map(rows.filter(([, leader]) => leader !== '') as [string, string][]);
}

/** Walls that the ladder marks on a side, with what rests there. */
async function standingWalls(board: Board, side: 'ask' | 'bid'): Promise<{ strike: number; contracts: number }[]> {
  const rows = await board
    .part('stage')
    .locator(`tbody tr:has(.rests.${side}:is(.stands, .massive))`)
    .evaluateAll(
      (found, of) => found.map((row) => [row.querySelector('button')!.textContent, row.querySelector(`.rests.${of} b`)!.textContent]),
      side,
    );
  return rows.map(([strike, contracts]) => ({ strike: Number(strike), contracts: Number(contracts) }));
}

/** Moments at which price begins to come to a level that was tested before from the same side. */
async function approaches(board: Board): Promise<{ test: Episode; atS: number }[]> {
  const { session_end_s } = await board.day();
  const reply = await fetch(`${board.server.address}/api/days/${SYMBOL}/${DATE}/tables/events?as_of_s=${session_end_s}`);
  const events = tableFromIPC(new Uint8Array(await reply.arrayBuffer())).toArray();
  const all = await tests(board);
  return events.flatMap((event) => {
    const side = /^coming from (below|above)/.exec(String(event['text']))?.[1];
    const atS = Number(event['at_s']);
    const before = all.find((one) => one.level_id === event['level_id'] && one.approach_dir === `from_${side}` && one.last_trigger_s < atS);
    return before ? [{ test: before, atS }] : [];
  });
}
