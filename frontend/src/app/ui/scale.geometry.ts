/** Straight scales and their ticks. */

export interface Tick {
  at: number;
  value: number;
}

/** Values at 1, 2 or 5 times a power of ten that lie in [low, high], about `count` of them. */
export function roundSteps(low: number, high: number, count: number): number[] {
  if (!(high > low) || count < 1) return [];
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size >= raw * 0.999) as number;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** Maps [low, high] onto [from, to]; what lies outside keeps on along the line. */
export function straight(low: number, high: number, from: number, to: number): (value: number) => number {
  const width = high - low;
  return (value) => (width === 0 ? (from + to) / 2 : from + ((value - low) / width) * (to - from));
}

/** Ticks of a straight axis. */
export function ticksOf(low: number, high: number, from: number, to: number, count: number): Tick[] {
  const place = straight(low, high, from, to);
  return roundSteps(low, high, count).map((value) => ({ value, at: place(value) }));
}
