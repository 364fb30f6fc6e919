import { FLOW_FLOOR, StrikeRow } from './strikes';

const FLASH_MS = 150;
const before = new WeakMap<HTMLElement, Map<string, number>>();

/** Lights the cells that moved by the floor or more since the last rows; `isCalm` is false while time plays too fast to follow. */
export function flashChanged(host: HTMLElement, rows: readonly StrikeRow[], isCalm: boolean): void {
  const now = new Map<string, number>();
  for (const { strikeTicks, book } of rows) {
    if (!book) continue;
    now.set(`${strikeTicks} bids`, book.bids.contracts);
    now.set(`${strikeTicks} asks`, book.asks.contracts);
  }
  const old = before.get(host);
  before.set(host, now);
  if (!old || !isCalm || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  for (const [cell, contracts] of now) {
    const was = old.get(cell);
    if (was === undefined || Math.abs(contracts - was) < FLOW_FLOOR) continue;
    host.querySelector(`[data-cell="${cell}"]`)?.animate([{ backgroundColor: 'var(--flash)' }, { backgroundColor: 'transparent' }], {
      duration: FLASH_MS,
      easing: 'ease-out',
    });
  }
}
