/** Market seconds a second. */
export const SPEEDS = [1, 2, 4, 8, 12, 24, 60, 120, 240];
const SPEED_MIN = SPEEDS[0];
const SPEED_MAX = SPEEDS[SPEEDS.length - 1];
export const SPEED_FIRST = 12;

/** The next speed of the list, faster (1) or slower (-1); the list's end stays. */
export function nextSpeed(speed: number, direction: 1 | -1): number {
  return (direction === 1 ? SPEEDS.find((other) => other > speed) : SPEEDS.findLast((other) => other < speed)) ?? speed;
}

/** A speed the server takes. */
export function boundSpeed(speed: number): number {
  return Number.isFinite(speed) ? Math.min(SPEED_MAX, Math.max(SPEED_MIN, speed)) : SPEED_FIRST;
}
