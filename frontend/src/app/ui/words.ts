/** Names of the data as they are read aloud. */

const LEVEL_WORDS: Record<string, string> = { pm: 'PM', or: 'OR', pd: 'PD', on: 'ON', vwap: 'VWAP', sma: 'SMA', ema: 'EMA', gex: 'GEX' };

/** A name as read aloud: `similar block` of `similar_block`. */
export function named(name: unknown): string {
  return String(name).replaceAll('_', ' ');
}

/** A horizon: `30 s`, `8 min`, `1 min 30 s`. */
export function horizon(seconds: number): string {
  const minutes = Math.floor(Math.round(seconds) / 60);
  const rest = Math.round(seconds) % 60;
  return [minutes > 0 ? `${minutes} min` : '', rest > 0 || minutes === 0 ? `${rest} s` : ''].filter(Boolean).join(' ');
}

/** `PM High` of `pm_high`. */
export function levelName(levelId: string): string {
  const [first, ...rest] = levelId.split('_');
  return [LEVEL_WORDS[first] ?? capital(first), ...rest.map(capital)].join(' ');
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
