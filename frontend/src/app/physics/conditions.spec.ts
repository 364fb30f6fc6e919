import { ComponentFixture, TestBed } from '@angular/core/testing';
import { ConditionColumns, DayData } from '../api/day-data';
import { madeUpDay } from '../api/made-up-day.fixture';
import { Replay } from '../board/replay';
import { replayOf } from '../board/replay.fixture';
import { ConditionsPanel } from './conditions';

const SCALES = Array.from({ length: 4 }, () => ({ noise: 0.1, full: 1 }));

function columnsOf(windows: number): ConditionColumns {
  const floats = (): Float32Array => new Float32Array(windows).fill(NaN);
  return {
    distance: floats(),
    c1: floats(),
    c2: floats(),
    c3: floats(),
    c4: floats(),
    vacuumUp: floats(),
    vacuumDown: floats(),
    state: new Uint8Array(windows),
    touches: new Uint16Array(windows),
    nearS: new Uint16Array(windows),
  };
}

describe('the four conditions', () => {
  let data: DayData;
  let last: number;
  let columns: ConditionColumns;
  let replay: ReturnType<typeof replayOf>;
  let fixture: ComponentFixture<ConditionsPanel>;

  beforeEach(() => {
    data = new DayData(madeUpDay(10, { conditions: SCALES }));
    data.known = data.windows;
    last = data.windows - 1;
    data.levels.set('pm_high', { fromS: [data.day.lead_in_start_s], priceTicks: [27200] });
    columns = columnsOf(data.windows);
    data.conditions.set('pm_high', columns);
    columns.distance[last] = -5;
    data.bid[last] = 27194;
    data.ask[last] = 27196;
    [columns.c1[last], columns.c2[last], columns.c3[last], columns.c4[last]] = [0.5, 0.05, 0.4, -0.7];
    columns.state[last] = 3;
    columns.touches[last] = 2;
    columns.nearS[last] = 35;
    replay = replayOf(data);
    TestBed.configureTestingModule({ providers: [{ provide: Replay, useValue: replay }] });
    fixture = TestBed.createComponent(ConditionsPanel);
  });

  function host(): HTMLElement {
    TestBed.tick();
    fixture.detectChanges();
    return fixture.nativeElement;
  }

  function rows(): HTMLTableRowElement[] {
    return [...host().querySelectorAll<HTMLTableRowElement>('tbody tr')];
  }

  function cells(row: HTMLTableRowElement): string[] {
    return [...row.cells].map((cell) => cell.textContent!.replaceAll(/\s+/g, ' ').trim());
  }

  it('shows a level in a row: distance, four bars, counters, touches, time near and state', () => {
    const [, distance, c1, c2, c3, c4, down, up, touches, near, state] = cells(rows()[0]);
    expect(distance).toBe('−1.25');
    expect(c1).toContain('+0.50 counts for up and for down');
    expect(c2).toContain('+0.05 within the noise');
    expect(c3).toContain('−0.40 counts for down');
    expect(c4).toContain('+0.70 counts for up');
    expect([down, up, touches, near, state]).toEqual(['down 3/4', 'up 3/4', '2', 'near 35 s', 'ARMED']);
  });

  it('says long times in hours', () => {
    columns.nearS[last] = 8200;
    expect(cells(rows()[0])[9]).toBe('near 2.3 h');
  });

  it('says since when the price is no longer near', () => {
    columns.nearS[last] = 0;
    columns.nearS[last - 4] = 20;
    expect(cells(rows()[0])[9]).toBe('20 s ago');
    columns.nearS[last - 4] = 0;
    fixture = TestBed.createComponent(ConditionsPanel);
    expect(cells(rows()[0])[9]).toBe('not yet');
  });

  it('says of a level out of reach how far it is and how often it was touched, and counts nothing', () => {
    data.bid[last] = 27300;
    data.ask[last] = 27302;
    columns.distance[last - 1] = 60;
    columns.touches[last - 1] = 4;
    columns.touches[last] = columns.nearS[last] = columns.state[last] = 0;
    for (const column of [columns.distance, columns.c1, columns.c2, columns.c3, columns.c4]) column[last] = NaN;
    const row = cells(rows()[0]);
    expect([row[1], row[2], row[6], row[7]]).toEqual(['+25.25', '––– not measured', 'out of reach', '4']);
  });

  it('says not yet of a level that no window has been near, whether it was measured or not', () => {
    data.conditions.delete('pm_high');
    expect(cells(rows()[0])[8]).toBe('not yet');
  });

  it('says from when a level is known that is not known yet, and why another is absent', () => {
    data.day.levels[2].known_from_s = null;
    data.day.levels[2].reason = 'no trade in the regular hours yet';
    expect(cells(rows()[1])[1]).toBe('from 09:45');
    expect(cells(rows()[2])[1]).toBe('no trade in the regular hours yet');
  });

  it('hatches the cells of a marked window and says gap', () => {
    data.marks[last] = 4;
    const gap = rows()[0].querySelector('.hatched')!;
    expect(gap.textContent).toBe('gap');
    expect(host().querySelector('sp-condition-bar')).toBeNull();
  });

  it('selects the level that is clicked', () => {
    rows()[1].querySelector('button')!.click();
    expect(replay.setLevel).toHaveBeenCalledExactlyOnceWith('or_high');
  });

  it('marks the selected level for the eye and for a screen reader', () => {
    expect(rows().map((row) => row.classList.contains('selected'))).toEqual([true, false, false]);
    expect(rows().map((row) => row.querySelector('button')!.getAttribute('aria-pressed'))).toEqual(['true', 'false', 'false']);
  });

  it('says that there is no scale where there is no past session', () => {
    fixture.destroy();
    const firstDay = new DayData(madeUpDay(10));
    firstDay.known = firstDay.windows;
    replay.day.set(firstDay);
    fixture = TestBed.createComponent(ConditionsPanel);
    expect(host().textContent).toContain('no past session to scale by');
  });
});
