import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BACKEND, SPYMASTER } from './server.ts';

const KEPT = join(import.meta.dirname, '.lakes');
const FIRST = '2025-10-02';
const LAST = '2025-10-14';
const LEVELS = 'pm_high,pm_low,or_high,or_low,pd_close,vwap';

export const SYMBOL = 'ESZ5';
export const DATE = LAST;
/** A session in which records were lost, and the book recovered by a snapshot. */
export const GAP_DATE = '2025-10-10';

/** Lakes by what is in them. They are kept between runs; a build does nothing where nothing changed. */
export const LAKES = {
  whole: join(KEPT, 'whole'),
  /** Levels and flow, but neither setups nor ladder nor conditions. */
  withoutGold: join(KEPT, 'without-gold'),
  withoutIndex: join(KEPT, 'without-index'),
  empty: join(KEPT, 'empty'),
  /** Few days, but of 3,000,000 records. */
  large: join(KEPT, 'large'),
};

/** Simulates nine small days and builds everything, by the commands of the demo; then takes parts away in copies. */
export default function makeLakes(): void {
  simulate(LAKES.whole, FIRST, 9, 150_000, '--gap', GAP_DATE);
  spymaster('evaluate', '--levels', 'pm_high', '--out', join(KEPT, 'report.html'), '--lake', LAKES.whole);
  part(LAKES.withoutGold, ['raw', 'bronze', 'silver', 'selection']);
  part(LAKES.withoutIndex, ['raw', 'bronze', 'silver', 'selection', 'gold']);
  mkdirSync(LAKES.empty, { recursive: true });
}

export function makeLargeLake(): void {
  simulate(LAKES.large, '2025-10-10', 3, 3_000_000);
}

function simulate(lake: string, first: string, days: number, records: number, ...more: string[]): void {
  const batch = join(lake, 'batch');
  const asked = ['--start', first, '--days', String(days), '--records', String(records), '--seed', '7', ...more];
  spymaster('simulate', '--out', batch, ...asked, '--workers', '2');
  spymaster('import', batch, '--lake', lake);
  spymaster('build', '--layer', 'all', '--symbol', 'ES', '--dates', `2025-10-01:${LAST}`, '--levels', LEVELS, '--workers', '2', '--lake', lake);
}

function part(lake: string, folders: string[]): void {
  rmSync(lake, { recursive: true, force: true });
  for (const folder of folders) cpSync(join(LAKES.whole, folder), join(lake, folder), { recursive: true, preserveTimestamps: true });
}

function spymaster(...args: string[]): void {
  try {
    execFileSync(SPYMASTER, args, { cwd: BACKEND, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`spymaster ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
  }
}
