import { Columns } from '../../api/arrow';
import { NO_TICK } from '../../api/day-data';
import { MidPath } from '../mini-path.geometry';

export interface Around {
  tsS: number;
  levelTicks: number;
  windowS: number;
}

/** The mid of a table `windows` around a trigger: seconds from it and ticks from the level; windows without a book to trust are left out. */
export function midPath(windows: Pick<Columns, 'seconds' | 'ints'>, around: Around): MidPath {
  const start = windows.seconds('start_s');
  const bid = windows.ints('bid_ticks', NO_TICK);
  const ask = windows.ints('ask_ticks', NO_TICK);
  const marks = windows.ints('marks');
  const path: [number, number][] = [];
  start.forEach((at, row) => {
    if (bid[row] === NO_TICK || ask[row] === NO_TICK || marks[row] !== 0) return;
    path.push([at + around.windowS - around.tsS, (bid[row] + ask[row]) / 2 - around.levelTicks]);
  });
  return path;
}
