import { Axis } from '../api/schema';

/** A value beside an axis, without more digits than it has: `+0.02`, `90 %`, `0.5`. */
export function tickLabel(value: number, form: Axis['form']): string {
  if (form === 'share') return `${Number((100 * value).toPrecision(6))} %`.replace('-', '−');
  const size = String(Number(Math.abs(value).toPrecision(3)));
  if (value < 0) return `−${size}`;
  return form === 'skill' && value > 0 ? `+${size}` : size;
}
