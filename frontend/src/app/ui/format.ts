/** A price or distance in ticks as points, with two decimals: 27200 at 0.25 is "6800.00". */
export function points(ticks: number, tick: number): string {
  return Number.isFinite(ticks) ? (ticks * tick).toFixed(2) : '–';
}

/** A number with its sign in front; zero has none. */
export function signed(value: number, digits = 0): string {
  if (!Number.isFinite(value)) return '–';
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : `${value > 0 ? '+' : '−'}${text}`;
}

const counts = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A count: `2,310`. */
export function whole(count: number): string {
  return counts.format(count);
}
