import { ComponentFixture, TestBed } from '@angular/core/testing';
import { ConditionColumns, DayData } from '../api/day-data';
import { madeUpDay } from '../api/made-up-day.fixture';
import { Replay } from '../board/replay';
import { replayOf } from '../board/replay.fixture';
import { ConditionsPanel } from './conditions';

describe('the four conditions', () => {
  let data: DayData;
  let last: number;
  let columns: ConditionColumns;
  let replay: ReturnType<typeof replayOf>;
  let fixture: ComponentFixture<ConditionsPanel>;

  beforeEach(() => {
    data = new DayData(madeUpDay(10));
    data.known = data.windows;
    last = data.windows - 1;
    data.levels.set('pm_high', { fromS: [data.day.lead_in_start_s], priceTicks: [27200] });
    columns = data.conditionsOf('pm_high');
    columns.distanceTicks[last] = -5;
    data.bid[last] = 27194;
    data.ask[last] = 27196;
    [columns.times1[last], columns.times2[last], columns.times3[last], columns.times4[last]] = [1.62, 1.04, 0.3, 2.5];
    [columns.sign1[last], columns.sign2[last], columns.sign3[last], columns.sign4[last]] = [1, 0, -1, 1];
    [columns.contracts1[last], columns.countUp[last], columns.countDown[last]] = [34, 2, 1];
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

  it('shows a level in a row: distance, four conditions against usual, counters, touches, time near and state', () => {
    const [, distance, first, second, third, fourth, up, down, touches, near, state] = cells(rows()[0]);
    expect(distance).toBe('−1.25');
    expect(first).toBe('▲1.6xasks above move higher: 1.6 times usual, 34 contracts; asks above move higher, which speaks for up');
    expect(second).toMatch(/^1\.0xasks .*nothing unusual$/);
    expect(third).toMatch(/^▲0\.3xbids .*bids below stay, which speaks for up$/);
    expect(fourth).toMatch(/^▼2\.5xbids .*speaks for down$/);
    expect([up, down, touches, near, state]).toEqual(['up 2/4', 'down 1/4', '2', 'near 35 s', 'ARMED']);
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
    columns.distanceTicks[last - 1] = 60;
    columns.touches[last - 1] = 4;
    columns.touches[last] = columns.nearS[last] = columns.state[last] = 0;
    columns.distanceTicks[last] = NaN;
    const row = cells(rows()[0]);
    expect(row.slice(1, 4)).toEqual(['+25.25', 'out of reach', '4']);
  });

  it('says not yet of a level that no window has been near, whether it was measured or not', () => {
    data.conditions.delete('pm_high');
    expect(cells(rows()[0])[4]).toBe('not yet');
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
    expect(host().querySelector('.glyph')).toBeNull();
  });

  it('selects the level that is clicked', () => {
    rows()[1].querySelector('button')!.click();
    expect(replay.setLevel).toHaveBeenCalledExactlyOnceWith('or_high');
  });

  it('marks the selected level for the eye and for a screen reader', () => {
    expect(rows().map((row) => row.classList.contains('selected'))).toEqual([true, false, false]);
    expect(rows().map((row) => row.querySelector('button')!.getAttribute('aria-pressed'))).toEqual(['true', 'false', 'false']);
  });

  it('has a dash where there is no past to scale by', () => {
    columns.times1[last] = NaN;
    expect(cells(rows()[0])[2]).toBe('–asks above move higher: no past to scale by');
  });
});
