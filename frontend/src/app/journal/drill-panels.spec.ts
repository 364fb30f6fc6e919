import { Type, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { DrillCall, DrillMoment, DrillScore } from '../api/schema';
import { Drill } from '../board/drill';
import { drillCall, drillMoment, drillScore } from '../board/drill.fixture';
import { DrillBand } from './drill-band';
import { DrillScorePanel } from './drill-score';

const WAITING = drillMoment(1760457890);

describe('the drill on the board', () => {
  const moment = signal<DrillMoment | null>(WAITING);
  const call = signal<DrillCall | null>(null);
  const score = signal<DrillScore | null>(null);
  const isOver = signal(false);
  const decide = vi.fn<(call: DrillCall['call']) => Promise<void>>();
  const [start, leave] = [vi.fn<() => void>(), vi.fn<() => void>()];

  beforeEach(() => {
    call.set(null);
    score.set(null);
    isOver.set(false);
    TestBed.configureTestingModule({ providers: [{ provide: Drill, useValue: { moment, call, score, isOver, decide, start, leave } }] });
  });

  function shown(component: Type<unknown>): HTMLElement {
    const fixture = TestBed.createComponent(component);
    fixture.detectChanges();
    return fixture.nativeElement as HTMLElement;
  }

  const textOf = (element: HTMLElement): string => element.textContent.replace(/\s+/g, ' ');

  it('asks for the call, without date and without answer', () => {
    const band = shown(DrillBand);
    expect(textOf(band)).toContain('PM High');
    expect(textOf(band)).toContain('Break, reject, or no edge within 6 min?');
    expect(textOf(band)).not.toMatch(/2025|%/);
    for (const button of band.querySelectorAll<HTMLButtonElement>('.call')) button.click();
    expect(decide.mock.calls).toEqual([['BREAK'], ['REJECT'], ['NO EDGE']]);
  });

  it('says the outcome once the board has come to it, and the answer at once', () => {
    call.set(drillCall(WAITING));
    expect(textOf(shown(DrillBand))).toContain('playing on');
    expect(textOf(shown(DrillBand))).toContain('NO EDGE: as usual from here');
    isOver.set(true);
    expect(textOf(shown(DrillBand))).toContain('▼ REJECT, wrong');
    call.set(drillCall(WAITING, { call: 'REJECT' }));
    expect(textOf(shown(DrillBand))).toContain('▼ REJECT, right');
    call.set(drillCall(WAITING, { call: 'NO EDGE' }));
    expect(textOf(shown(DrillBand))).not.toMatch(/right|wrong/);
  });

  it('says that nothing was called yet', () => {
    expect(textOf(shown(DrillScorePanel))).toContain('Nothing was called yet.');
  });

  it('scores the calls beside the usual side and the lead, each with its interval', () => {
    score.set(drillScore());
    const rows = [...shown(DrillScorePanel).querySelectorAll('tbody tr')].map((row) => row.textContent.replace(/\s+/g, ' ').trim());
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatch(/^all 1 passed ?2 of 4 50 \(25–75\) % ?1 of 4 25 \(25–75\) % ?–$/);
    expect(rows[2]).toMatch(/^09:00/);
  });
});
