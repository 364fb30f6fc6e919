/** The board's levels beside the chosen one, as rows of figures. Pure. */

import type { DayData } from '../api/day-data';
import { points, signed } from '../ui/format';
import { balanceAt } from './balance';
import { levelNow } from './level-now';

/** From so many points on a tenth is enough. */
const SHORT_POINTS = 9.995;

export interface OtherLevel {
  readonly levelId: string;
  readonly name: string;
  /** Its key: the place among the board's levels, from 1. */
  readonly key: number;
  readonly price: string;
  /** Points from the level to the price, `+1.25` where the price is above it. */
  readonly distance: string;
  /** The larger of both counters; null where it is 0, far or not measured. */
  readonly counter: { readonly side: 'up' | 'down'; readonly text: string } | null;
  readonly isFar: boolean;
  /** In place of all figures: `from 09:45`. Empty where there are some. */
  readonly why: string;
  /** The figures in a sentence. */
  readonly says: string;
}

/** Every level of the board but the chosen one, the nearest first, those without a price last. */
export function otherLevels(data: DayData, levelIds: readonly string[], chosen: string, index: number): OtherLevel[] {
  return levelIds
    .map((levelId, place) => ({ key: place + 1, level: levelNow(data, levelId, index) }))
    .filter(({ level }) => level.levelId !== chosen)
    .sort((one, other) => reach(one.level.distanceTicks) - reach(other.level.distanceTicks) || one.key - other.key)
    .map(({ key, level }) => {
      const { levelId, name, priceTicks, distanceTicks, why } = level;
      const isFar = Math.abs(distanceTicks) > data.day.zone_ticks.far;
      const distancePoints = distanceTicks * data.day.tick;
      const counter = isFar ? null : counterAt(data, levelId, index);
      const row = {
        levelId,
        name,
        key,
        price: points(priceTicks, data.day.tick),
        distance: signed(distancePoints, Math.abs(distancePoints) < SHORT_POINTS ? 2 : 1),
        counter,
        isFar,
        why,
      };
      return { ...row, says: sentence(row, distancePoints) };
    });
}

function reach(distanceTicks: number): number {
  return Number.isNaN(distanceTicks) ? Infinity : Math.abs(distanceTicks);
}

function counterAt(data: DayData, levelId: string, index: number): OtherLevel['counter'] {
  const balance = data.marks[index] === 0 ? balanceAt(data.conditions.get(levelId), index) : null;
  if (balance === null || Math.max(balance.countUp, balance.countDown) === 0) return null;
  return balance.countUp >= balance.countDown
    ? { side: 'up', text: `▲ ${balance.countUp}/4` }
    : { side: 'down', text: `▼ ${balance.countDown}/4` };
}

function sentence({ name, price, why, counter, isFar }: Omit<OtherLevel, 'says'>, distancePoints: number): string {
  if (why !== '') return `${name}: ${why}`;
  const where = `${Math.abs(distancePoints).toFixed(2)} ${distancePoints < 0 ? 'below' : 'above'}`;
  const speak = counter === null ? (isFar ? 'far' : '') : `${counter.text.slice(2)} conditions speak for ${counter.side}`;
  return [`${name} ${price}`, Number.isNaN(distancePoints) ? '' : `price is ${where}`, speak].filter(Boolean).join(', ');
}
