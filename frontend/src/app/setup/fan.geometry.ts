/** Where similar setups went from here: minutes around the trigger across, ticks from the level up. */

import type { SetupAnswer } from '../api/schema';
import { spread } from '../ui/axis.geometry';
import { Claims } from '../ui/claims';
import { signed } from '../ui/format';
import { roundSteps, straight } from '../ui/scale.geometry';
import { Px, Ticks } from '../ui/units';
import { FROM_S, MidPath, TO_S } from './mini-path.geometry';

export type DrawnFan = NonNullable<SetupAnswer['fan']>;

export interface FanData {
  readonly fan: DrawnFan;
  /** Up to the cursor; seconds from the trigger. */
  readonly ownPath: MidPath;
  readonly barrierTicks: Ticks;
  /** The horizon that the band speaks of. */
  readonly horizonS: number;
  readonly windowS: number;
  /** What the trigger's moment is called: `now`, or `then` where the test is over. */
  readonly moment: string;
}

export interface FanSize {
  readonly width: Px;
  readonly height: Px;
}

export interface FanLayout {
  readonly left: Px;
  readonly right: Px;
  readonly top: Px;
  readonly bottom: Px;
  readonly triggerX: Px;
  readonly horizonX: Px;
  readonly levelY: Px;
  /** 80 % of these, as a filled outline; the others are lines. */
  readonly band: string;
  readonly median: string;
  readonly usualMedian: string;
  readonly usualEnds: string;
  readonly own: string;
  /** Where price is; null while its path is not known. */
  readonly here: { x: Px; y: Px } | null;
  readonly barriers: readonly { y: Px; labelY: Px; direction: 'up' | 'down'; text: string }[];
  readonly ticks: readonly { y: Px; text: string }[];
  readonly minutes: readonly { x: Px; anchor: 'middle' | 'end'; text: string; isPrimary: boolean }[];
  /** Quantiles at the horizon. */
  readonly dots: readonly { y: Px; labelX: Px; labelY: Px; anchor: 'start' | 'end'; text: string; isMedian: boolean }[];
}

export const FAN_LEFT: Px = 40;
const TOP: Px = 6;
const BELOW: Px = 20;
const LABEL_HEIGHT: Px = 16;
/** Width of a letter at 12 px, and from one text to the next. */
const LETTER: Px = 6.8;
const GAP: Px = 6;
/** Least height from one tick label to the next. */
const APART: Px = 38;
const DOT_GAP: Px = 8;
/** Room right of the horizon that its labels need. */
const DOT_ROOM: Px = 90;
/** How far the usual and the own path may widen the scale beyond what these and the barriers need. */
const WIDEST = 1.4;
const BARRIERS_SHOWN = 1.5;

/** The layout in a picture of that size. What goes further than the scale runs along its edge. */
export function layoutFan(data: FanData, { width, height }: FanSize): FanLayout {
  const { fan, barrierTicks, horizonS } = data;
  const [left, right, top, bottom] = [FAN_LEFT, width - 1, TOP, height - BELOW];
  const [low, high] = fanRange(data);
  const toX = straight(FROM_S, TO_S, left, right);
  const place = straight(low, high, bottom, top);
  const toY = (ticks: Ticks): Px => Math.max(top, Math.min(bottom, place(ticks)));
  const along = (values: readonly (number | null)[]): string => lineOf(values, (point) => toX(fan.t_s[point]), toY);
  const last = data.ownPath.at(-1);
  const barriers = barrierLabels(barrierTicks, toY, top, bottom);
  return {
    left,
    right,
    top,
    bottom,
    triggerX: toX(0),
    horizonX: toX(horizonS),
    levelY: toY(0),
    band: bandOf(fan, toX, toY),
    median: along(fan.q50),
    usualMedian: along(fan.base_q50),
    usualEnds: along(fan.base_q10) + along(fan.base_q90),
    own: ownLine(data, toX, toY),
    here: last === undefined ? null : { x: toX(last[0]), y: toY(last[1]) },
    barriers,
    ticks: tickLabels(low, high, toY, { top, bottom, taken: barriers.map(({ labelY }) => labelY) }),
    minutes: minuteLabels(horizonS, data.moment, toX),
    dots: dotsOf(data, toX, toY, { top, bottom, right }),
  };
}

/** What the scale holds: these and the barriers whole, the usual and the own path as far as they do not flatten them. */
export function fanRange({ fan, ownPath, barrierTicks }: FanData): [low: Ticks, high: Ticks] {
  const barrier = BARRIERS_SHOWN * barrierTicks;
  const core = [...known(fan.q10), ...known(fan.q90), barrier, -barrier];
  const limit = WIDEST * Math.max(...core.map(Math.abs));
  const wide = [...known(fan.base_q10), ...known(fan.base_q90), ...ownPath.map(([, ticks]) => ticks)];
  const all = [...core, ...wide.map((ticks) => Math.max(-limit, Math.min(limit, ticks)))];
  return [Math.min(...all), Math.max(...all)];
}

/** Quantiles of these and of the usual at one moment; null where it is none of the fan's. */
export function fanAt(fan: DrawnFan, seconds: number): { q10: number; q50: number; q90: number; usual: number | null } | null {
  const point = fan.t_s.indexOf(seconds);
  const [q10, q50, q90] = [fan.q10[point] ?? null, fan.q50[point] ?? null, fan.q90[point] ?? null];
  if (q10 === null || q50 === null || q90 === null) return null;
  return { q10, q50, q90, usual: fan.base_q50[point] ?? null };
}

/** The fan in a sentence, for those who hear it. */
export function fanInWords(data: FanData, setups: number, levelName: string): string {
  const at = fanAt(data.fan, data.horizonS);
  const who = `${setups} similar setups, ticks from ${levelName}`;
  if (at === null) return `${who}.`;
  const [median, low, high] = [at.q50, at.q10, at.q90].map((ticks) => signed(ticks));
  const usual = at.usual === null ? '' : `, usually ${signed(at.usual)}`;
  return `${who}: after ${data.horizonS / 60} minutes the median is ${median}${usual}; 8 of 10 lie between ${low} and ${high}.`;
}

/** The fan's quantiles as rows of whole ticks. */
export function fanRows(fan: DrawnFan): { after: string; ticks: string[] }[] {
  const columns = [fan.q10, fan.q50, fan.q90, fan.base_q10, fan.base_q50, fan.base_q90];
  return fan.t_s.map((seconds, point) => ({
    after: seconds === 0 ? '0 min' : `+${seconds / 60} min`,
    ticks: columns.map((column) => signed(column[point] ?? NaN)),
  }));
}

function known(values: readonly (number | null)[]): number[] {
  return values.filter((value): value is number => value !== null);
}

/** The `d` of a line; the pen is lifted where a value is missing. */
function lineOf(values: readonly (number | null)[], x: (point: number) => Px, toY: (ticks: Ticks) => Px): string {
  let line = '';
  values.forEach((value, point) => {
    if (value === null) return;
    const pen = point > 0 && values[point - 1] !== null ? 'L' : 'M';
    line += `${pen}${x(point).toFixed(1)} ${toY(value).toFixed(1)}`;
  });
  return line;
}

function bandOf(fan: DrawnFan, toX: (s: number) => Px, toY: (ticks: Ticks) => Px): string {
  const points = fan.t_s.flatMap((seconds, point) => {
    const [low, high] = [fan.q10[point], fan.q90[point]];
    return low === null || high === null ? [] : [{ x: toX(seconds).toFixed(1), low: toY(low).toFixed(1), high: toY(high).toFixed(1) }];
  });
  if (points.length === 0) return '';
  const upper = points.map(({ x, high }) => `${x} ${high}`);
  const lower = points.map(({ x, low }) => `${x} ${low}`).reverse();
  return `M${[...upper, ...lower].join('L')}Z`;
}

function ownLine({ ownPath, windowS }: FanData, toX: (s: number) => Px, toY: (ticks: Ticks) => Px): string {
  let line = '';
  let before = -Infinity;
  for (const [seconds, ticks] of ownPath) {
    line += `${seconds - before > windowS ? 'M' : 'L'}${toX(seconds).toFixed(1)} ${toY(ticks).toFixed(1)}`;
    before = seconds;
  }
  return line;
}

function barrierLabels(barrierTicks: Ticks, toY: (ticks: Ticks) => Px, top: Px, bottom: Px): FanLayout['barriers'] {
  const ys = [toY(barrierTicks), toY(-barrierTicks)];
  const labels = spread(ys, LABEL_HEIGHT, top, bottom);
  return [
    { y: ys[0], labelY: labels[0], direction: 'up', text: `▲ ${barrierTicks}` },
    { y: ys[1], labelY: labels[1], direction: 'down', text: `▼ ${barrierTicks}` },
  ];
}

/** Round ticks where no barrier's label is. */
function tickLabels(
  low: Ticks,
  high: Ticks,
  toY: (ticks: Ticks) => Px,
  { top, bottom, taken }: { top: Px; bottom: Px; taken: readonly Px[] },
): FanLayout['ticks'] {
  return roundSteps(low, high, Math.max(2, Math.floor((bottom - top) / APART)))
    .map((ticks) => ({ y: toY(ticks), text: signed(ticks) }))
    .filter(({ y }) => taken.every((other) => Math.abs(other - y) >= LABEL_HEIGHT));
}

/** The horizon first, then the moment itself, the end and two minutes; what would lie upon another is left out. */
function minuteLabels(horizonS: number, moment: string, toX: (s: number) => Px): FanLayout['minutes'] {
  const claims = new Claims();
  const wanted = [...new Set([horizonS, 0, TO_S, 120])].sort((a, b) => rank(a, horizonS) - rank(b, horizonS));
  return wanted
    .map((seconds) => {
      const text = seconds === 0 ? moment : `+${seconds / 60} min`;
      const anchor = seconds === TO_S ? ('end' as const) : ('middle' as const);
      return { x: toX(seconds), anchor, text, isPrimary: seconds === horizonS };
    })
    .filter(({ x, anchor, text }) => {
      const room = LETTER * text.length + GAP;
      const left = anchor === 'end' ? x - room : x - room / 2;
      return claims.take({ left, right: left + room, top: 0, bottom: 1 });
    });
}

function rank(seconds: number, horizonS: number): number {
  return [horizonS, 0, TO_S].indexOf(seconds) + (seconds === 120 && horizonS !== 120 ? 4 : 0);
}

function dotsOf(
  { fan, horizonS }: FanData,
  toX: (s: number) => Px,
  toY: (ticks: Ticks) => Px,
  { top, bottom, right }: { top: Px; bottom: Px; right: Px },
): FanLayout['dots'] {
  const at = fanAt(fan, horizonS);
  if (at === null) return [];
  const named = [
    { name: '90 %', ticks: at.q90, isMedian: false },
    { name: 'median', ticks: at.q50, isMedian: true },
    { name: '10 %', ticks: at.q10, isMedian: false },
  ];
  const ys = named.map(({ ticks }) => toY(ticks));
  const labels = spread(ys, LABEL_HEIGHT, top, bottom);
  const x = toX(horizonS);
  const fits = right - x >= DOT_ROOM;
  return named.map(({ name, ticks, isMedian }, place) => ({
    y: ys[place],
    labelX: fits ? x + DOT_GAP : x - DOT_GAP,
    labelY: labels[place],
    anchor: fits ? 'start' : 'end',
    text: `${name} ${signed(ticks)}`,
    isMedian,
  }));
}
