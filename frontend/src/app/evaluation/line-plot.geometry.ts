import { Tick, straight, ticksOf } from '../ui/scale.geometry';
import { Marker, linePath } from './marker.geometry';
import { skill } from './figures';
import { LinePlotData, LineSeries } from './plots';
import { skillReach, skillTick } from './skill-axis.geometry';

export const WIDTH = 880;
export const HEIGHT = 280;
const LEFT = 62;
const RIGHT = 14;
const TOP = 10;
const BOTTOM = 40;
const PLACES_TOLD = 8;
/** Series from a similar past that have a look of their own; more are drawn grey. */
export const LOOKS: { marker: Marker; dash: string }[] = [
  { marker: 'circle', dash: '' },
  { marker: 'triangle', dash: '7 4' },
  { marker: 'square', dash: '8 3 2 3' },
  { marker: 'diamond', dash: '2 3' },
  { marker: 'wedge', dash: '10 3 2 3 2 3' },
];

export interface DrawnSeries {
  label: string;
  /** Place in `LOOKS`; null for the grey ones. */
  look: number | null;
  path: string;
  marks: { x: number; y: number; low: number | null; high: number | null; told: string }[];
}

export interface LineLayout {
  left: number;
  right: number;
  top: number;
  bottom: number;
  zero: number;
  ticks: (Tick & { label: string })[];
  places: { x: number; label: string }[];
  series: DrawnSeries[];
}

/** Lines over places side by side; the references lie grey below, the similar past each with its own shape, dash and colour. */
export function layoutLines(data: LinePlotData): LineLayout {
  const [low, high] = skillReach(finite(data.series.filter((own) => own.strong)), finite(data.series));
  const right = WIDTH - RIGHT;
  const bottom = HEIGHT - BOTTOM;
  const y = straight(low, high, bottom, TOP);
  const bounded = (value: number): number => Math.max(TOP, Math.min(bottom, y(value)));
  const inside = (value: number): number => (value >= low && value <= high ? y(value) : NaN);
  const step = (right - LEFT) / Math.max(1, data.places.length);
  const x = (place: number): number => LEFT + step * (place + 0.5);
  const ordered = [...data.series.filter((own) => !own.strong), ...data.series.filter((own) => own.strong)];
  const strong = data.series.filter((own) => own.strong);
  const series = ordered.map((own): DrawnSeries => {
    const order = strong.indexOf(own);
    const look = order >= 0 && order < LOOKS.length ? order : null;
    const shift = look === null ? 0 : (look - (Math.min(strong.length, LOOKS.length) - 1) / 2) * Math.min(6, step / 8);
    const places = own.points.map((point, place) => ({ x: x(place) + shift, y: inside(point.value), point, place }));
    return {
      label: own.label,
      look,
      path: linePath(places.map(({ x: at, y: up }) => [at, up])),
      marks: places
        .filter(({ y: up }) => look !== null && Number.isFinite(up) && data.places.length <= 24)
        .map(({ x: at, y: up, point, place }) => ({
          x: at,
          y: up,
          low: Number.isFinite(point.low) ? bounded(point.low) : null,
          high: Number.isFinite(point.high) ? bounded(point.high) : null,
          told: `${own.label}, ${data.places[place]}: ${skill(point.value)}`,
        })),
    };
  });
  const every = Math.max(1, Math.ceil(data.places.length / PLACES_TOLD));
  return {
    left: LEFT,
    right,
    top: TOP,
    bottom,
    zero: y(0),
    ticks: ticksOf(low, high, bottom, TOP, 5).map((tick) => ({ ...tick, label: skillTick(tick.value) })),
    places: data.places.map((label, place) => ({ x: x(place), label })).filter((_, place) => place % every === 0),
    series,
  };
}

/** The last figure of every series from a similar past, for those who hear the plot. */
export function linesInWords(data: LinePlotData): string {
  const told = data.series
    .filter((own) => own.strong)
    .map((own) => `${own.label} ${skill(own.points.findLast((point) => Number.isFinite(point.value))?.value)} at ${data.places.at(-1)}`);
  return `${data.title}, ${data.unit}, ${data.places[0]} to ${data.places.at(-1)}: ${told.join('; ')}.`;
}

function finite(series: readonly LineSeries[]): number[] {
  return series.flatMap((own) => own.points.flatMap((point) => [point.value, point.low, point.high])).filter(Number.isFinite);
}
