import { LinePoint, LineSeries, Lines } from '../api/schema';
import { Tick, straight, ticksOf } from '../ui/scale.geometry';
import { Marker, linePath } from './marker.geometry';
import { tickLabel } from './tick-label';

export const WIDTH = 880;
export const HEIGHT = 280;
const LEFT = 62;
const RIGHT = 14;
const TOP = 10;
const BOTTOM = 40;
const PLACES_NAMED = 8;
/** A line over more places has no mark at each. */
const MARKED_PLACES_MAX = 24;
const MARK = 4.5;
/** Of the largest mark of a series without a line. */
const LARGEST_MARK = 6;
/** Series from a similar past that have a look of their own; more are drawn grey. */
export const LOOKS: { marker: Marker; dash: string }[] = [
  { marker: 'circle', dash: '' },
  { marker: 'triangle', dash: '7 4' },
  { marker: 'square', dash: '8 3 2 3' },
  { marker: 'diamond', dash: '2 3' },
  { marker: 'wedge', dash: '10 3 2 3 2 3' },
];

export interface DrawnMark {
  x: number;
  y: number;
  /** Half its width. */
  size: number;
  low: number | null;
  high: number | null;
  title: string;
}

export interface DrawnSeries {
  label: string;
  /** Place in `LOOKS`; null for the grey ones. */
  look: number | null;
  path: string;
  marks: DrawnMark[];
}

export interface LineLayout {
  left: number;
  right: number;
  top: number;
  bottom: number;
  zero: number;
  ticks: (Tick & { label: string })[];
  places: { x: number; label: string }[];
  dots: { x: number; y: number }[];
  series: DrawnSeries[];
}

/** Lines over places side by side; the grey series lie below, the strong ones each with its own shape, dash and colour. */
export function layoutLines(plot: Lines): LineLayout {
  const { axis, places, series } = plot;
  const right = WIDTH - RIGHT;
  const bottom = HEIGHT - BOTTOM;
  const y = straight(axis.low, axis.high, bottom, TOP);
  const step = (right - LEFT) / Math.max(1, places.length);
  const x = (place: number): number => LEFT + step * (place + 0.5);
  const inside = (value: number | null): number => (value !== null && value >= axis.low && value <= axis.high ? y(value) : NaN);
  const bounded = (value: number | null): number | null => (value === null ? null : Math.max(TOP, Math.min(bottom, y(value))));
  const strong = series.filter((own) => own.strong);
  const drawn = [...series.filter((own) => !own.strong), ...strong].map((own): DrawnSeries => {
    const order = strong.indexOf(own);
    const look = order >= 0 && order < LOOKS.length ? order : null;
    const shift = look === null ? 0 : (look - (Math.min(strong.length, LOOKS.length) - 1) / 2) * Math.min(6, step / 8);
    const at = own.points.map((point, place) => ({ point, place, x: x(place) + shift, y: inside(point.value) }));
    const marked = look !== null && (!own.joined || places.length <= MARKED_PLACES_MAX) ? at.filter((one) => Number.isFinite(one.y)) : [];
    return {
      label: own.label,
      look,
      path: own.joined ? linePath(at.map((one) => [one.x, one.y])) : '',
      marks: marked.map((one) => ({
        x: one.x,
        y: one.y,
        size: sizeOf(own, one.point),
        low: bounded(one.point.low),
        high: bounded(one.point.high),
        title: `${own.label}, ${places[one.place]}: ${one.point.figure}`,
      })),
    };
  });
  const every = Math.max(1, Math.ceil(places.length / PLACES_NAMED));
  return {
    left: LEFT,
    right,
    top: TOP,
    bottom,
    zero: y(0),
    ticks: ticksOf(axis.low, axis.high, bottom, TOP, 5).map((tick) => ({ ...tick, label: tickLabel(tick.value, axis.form) })),
    places: places.map((label, place) => ({ x: x(place), label })).filter((_, place) => place % every === 0),
    dots: plot.dots.map((dot) => ({ x: x(dot.place), y: inside(dot.value) })).filter((dot) => Number.isFinite(dot.y)),
    series: drawn,
  };
}

/** The area of a mark without a line grows with its weight. */
function sizeOf(series: LineSeries, point: LinePoint): number {
  return series.joined ? MARK : LARGEST_MARK * Math.sqrt(point.weight);
}
