import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BACKEND, SPYMASTER } from './server.ts';

const KEPT = join(import.meta.dirname, '.lakes');
const LEVELS = 'pm_high,pm_low,or_high,or_low,pd_close,vwap';

export const SYMBOL = 'ESZ5';
export const DATE = '2025-10-14';
/** A session in which records were lost, and the book recovered by a snapshot. */
export const GAP_DATE = '2025-10-10';

/** Lakes by what is in them. They are kept between runs; a build does nothing where nothing changed. */
export const LAKES = {
  whole: join(KEPT, 'whole'),
  /** Levels and flow, but neither setups nor ladder nor conditions. */
  withoutGold: join(KEPT, 'without-gold'),
  withoutIndex: join(KEPT, 'without-index'),
  /** Enough days for an evaluation, of one level. */
  scored: join(KEPT, 'scored'),
  empty: join(KEPT, 'empty'),
  /** Few days, but of 3,000,000 records. */
  large: join(KEPT, 'large'),
};

/** Simulates small days and builds everything, by the commands of the demo; then takes parts away in copies. */
export default function makeLakes(): void {
  simulate(LAKES.whole, { first: '2025-10-02', last: DATE, days: 9, records: 150_000, levels: LEVELS }, '--gap', GAP_DATE);
  simulate(LAKES.scored, { first: '2025-09-15', last: '2025-10-28', days: 32, records: 90_000, levels: 'pm_high' });
  spymaster('evaluate', '--levels', 'pm_high', '--workers', '2', '--out', join(KEPT, 'report.html'), '--lake', LAKES.scored);
  part(LAKES.withoutGold, ['spymaster.toml', 'raw', 'known', 'bronze', 'silver', 'selection']);
  part(LAKES.withoutIndex, ['spymaster.toml', 'raw', 'known', 'bronze', 'silver', 'selection', 'gold']);
  mkdirSync(LAKES.empty, { recursive: true });
}

export function makeLargeLake(): void {
  simulate(LAKES.large, { first: '2025-10-10', last: DATE, days: 3, records: 3_000_000, levels: LEVELS });
}

interface Market {
  first: string;
  last: string;
  days: number;
  records: number;
  levels: string;
}

function simulate(lake: string, { first, last, days, records, levels }: Market, ...more: string[]): void {
  const batch = `${lake}-batch`;
  const asked = ['--start', first, '--days', String(days), '--records', String(records), '--seed', '7', ...more];
  const planted = ['--kinds', 'side', '--drift-ticks', '36', '--reach', '0.8'];
  spymaster('simulate', '--out', batch, ...asked, ...planted, '--workers', '2');
  spymaster('import', batch, '--lake', lake);
  spymaster(
    'build',
    '--layer',
    'all',
    '--symbol',
    'ES',
    '--dates',
    `2025-09-14:${last}`,
    '--levels',
    levels,
    '--workers',
    '2',
    '--lake',
    lake,
  );
}

function part(lake: string, entries: string[]): void {
  rmSync(lake, { recursive: true, force: true });
  for (const entry of entries) cpSync(join(LAKES.whole, entry), join(lake, entry), { recursive: true, preserveTimestamps: true });
}

function spymaster(...args: string[]): void {
  console.log(`making the lakes of the walks: spymaster ${args[0]}`);
  try {
    execFileSync(SPYMASTER, args, { cwd: BACKEND, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`spymaster ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
  }
}
