import type { LevelInfo } from '../api/schema';

/** Levels that the board shows side by side. */
const BOARD_LEVELS = 6;

/** The first levels of the day that have a price or may get one, the chosen one among them. */
export function boardLevels(levels: LevelInfo[], chosen: string | null): string[] {
  const shown = levels.filter(({ price_ticks, known_at }) => price_ticks !== null || known_at !== 'open').map(({ level_id }) => level_id);
  const first = shown.slice(0, BOARD_LEVELS);
  return chosen === null || first.includes(chosen) || !levels.some(({ level_id }) => level_id === chosen)
    ? first
    : [...first.slice(0, BOARD_LEVELS - 1), chosen];
}
