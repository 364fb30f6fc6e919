import { computed, signal } from '@angular/core';
import { vi } from 'vitest';
import type { Approach } from '../api/approach';
import type { TableName } from '../api/client';
import type { DayData } from '../api/day-data';
import type { ApproachAnswer, Episode, SetupAnswer } from '../api/schema';
import { PanelState, READY } from '../ui/panel-state';
import type { Parameters } from './address';

/** The page's state as the panels read it, every part of it to be set. */
export function replayOf(data: DayData | null) {
  const day = signal(data);
  const cursor = signal(data === null ? -1 : data.known - 1);
  return {
    day,
    cursor,
    cursorS: computed(() => day()?.endS(cursor()) ?? NaN),
    symbol: signal('ESZ5'),
    date: signal('2025-10-14'),
    level: signal('pm_high'),
    approachDir: signal<Approach>('from_below'),
    boardLevels: signal(['pm_high', 'or_high', 'vwap']),
    synthetic: signal(true),
    episodes: signal<Episode[]>([]),
    setup: signal<{ state: PanelState; answer: SetupAnswer | null }>({ state: READY, answer: null }),
    approach: signal<ApproachAnswer | null>(null),
    dayState: signal<PanelState>(READY),
    seenFireS: signal(NaN),
    seeFire: vi.fn<() => void>(),
    tableState: vi.fn<(table: TableName) => PanelState>(() => READY),
    eventsOpen: signal(false),
    closeEvents: vi.fn<() => void>(),
    flipApproachDir: vi.fn<() => void>(),
    leaveFor: vi.fn<(path: string, parameters: Parameters) => void>(),
    pause: vi.fn<() => void>(),
    setLevel: vi.fn<(levelId: string) => void>(),
    open: vi.fn<(symbol: string, date: string, s: number, level?: string, approachDir?: Approach) => void>(),
  };
}
