/** Names of the data as they are read aloud. */

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
