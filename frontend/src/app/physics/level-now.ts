import type { DayData } from '../api/day-data';
import { newYorkMinute } from '../ui/new-york';

/** A level as it stands in one window. */
export interface LevelNow {
  readonly levelId: string;
  readonly name: string;
  /** NaN before it is known. */
  readonly priceTicks: number;
  /** Mid minus level: above 0 where the price is above it. */
  readonly distanceTicks: number;
  /** Why it has no price; empty where it has: `from 09:45`. */
  readonly why: string;
}

export function levelNow(data: DayData, levelId: string, index: number): LevelNow {
  const info = data.day.levels.find((level) => level.level_id === levelId);
  const priceTicks = data.levelAt(levelId, data.endS(index));
  return {
    levelId,
    name: info?.name ?? levelId,
    priceTicks,
    distanceTicks: data.midAt(index) - priceTicks,
    why: Number.isNaN(priceTicks) ? whyNoPrice(info?.known_from_s, info?.reason) : '',
  };
}

function whyNoPrice(knownFromS: number | null | undefined, reason: string | null | undefined): string {
  if (knownFromS === undefined) return 'not built for this day';
  return knownFromS === null ? (reason ?? 'not known yet') : `from ${newYorkMinute(knownFromS)}`;
}
