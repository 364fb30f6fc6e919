/** An axis reaches this many times beyond the similar-past forecasters; one wild reference must not flatten them. */
const CLIP = 3;
/** No skill axis is narrower: a difference that nobody could use should look small. */
const SKILL_REACH = 0.02;

/** Ends of a skill axis: all of the `strong` figures, and of `every` figure what lies within a few times their reach, or within `atLeast`. */
export function skillReach(strong: readonly number[], every: readonly number[], atLeast = SKILL_REACH): [number, number] {
  const reach = Math.max(atLeast, CLIP * Math.max(0, ...(strong.length > 0 ? strong : every).map(Math.abs)));
  const low = Math.max(Math.min(-SKILL_REACH, ...every), -reach);
  const high = Math.min(Math.max(SKILL_REACH, ...every), reach);
  const margin = 0.05 * (high - low);
  return [low - margin, high + margin];
}

/** A skill beside the axis, without more digits than it has: `+0.02`. */
export function skillTick(value: number): string {
  return value === 0 ? '0' : `${value > 0 ? '+' : '−'}${String(Math.abs(value))}`;
}
