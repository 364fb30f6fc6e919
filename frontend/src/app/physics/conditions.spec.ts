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
    [columns.askShiftTicks[last], columns.contracts2[last]] = [0.7, 123];
    [columns.balance[last], columns.balanceHeldS[last]] = [1, 35];
    replay = replayOf(data);
    TestBed.configureTestingModule({ providers: [{ provide: Replay, useValue: replay }] });
    fixture = TestBed.createComponent(ConditionsPanel);
  });

  function host(): HTMLElement {
    TestBed.tick();
    fixture.detectChanges();
    return fixture.nativeElement;
  }

  function text(element: Element): string {
    return element.textContent.replaceAll(/\s+/g, ' ').trim();
  }

  function rows(): string[][] {
    return [...host().querySelectorAll('tr')].map((row) => [...row.cells].map(text));
  }

  function together(): string {
    return [...host().querySelector('.together')!.children].map(text).join(' ');
  }

  function lit(): string[] {
    return [...host().querySelectorAll<HTMLElement>('.box')].map((box) => (box.classList.contains('lit') ? text(box) : ''));
  }

  it('name what each is, what up and down need of it, and what was measured', () => {
    expect(rows()).toEqual([
      ['direction', '1 Asks above', '2 Asks pulled', '3 Bids below', '4 Bids pulled'],
      ['▲ UP 2/4break', '▲ lift: yes', 'pulled: no', '▲ stay: yes', 'stand: no'],
      ['measured', '1.6x usual +0.7 ticks', '1.0x usual 123 contracts', '0.3x usual', '2.5x usual'],
      ['▼ DOWN 1/4reject', 'stay: no', 'stand: no', 'drop: no', '▼ pulled: yes'],
    ]);
  });

  it('light a box by the sign alone, and count what is lit', () => {
    expect(lit()).toEqual(['▲', '', '▲', '', '', '', '', '▼']);
  });

  it('say which direction is the break by the side price comes from', () => {
    replay.approachDir.set('from_above');
    expect(rows()[1][0]).toBe('▲ UP 2/4reject');
    expect(rows()[3][0]).toBe('▼ DOWN 1/4break');
  });

  it('say what both sides do together, and for how long', () => {
    expect(together()).toBe('both sides ▲ TILT UP for 35 s asks give way, bids stand');
  });

  it('are of the level and of the time that they say', () => {
    expect(text(host().querySelector('.unit')!)).toBe('PM High, about 60 s, within 5 points or more');
    expect(host().querySelector('svg')!.getAttribute('aria-label')).toContain('last 3 min: up now 0');
  });

  it('have no figures without a past to scale by', () => {
    for (const number of [1, 2, 3, 4] as const) columns[`times${number}`][last] = NaN;
    expect(rows()[2]).toEqual(['measured', 'no past to scale by']);
    expect(rows()[1][0]).toBe('▲ UP –break');
    expect(together()).toBe('both sides no past to scale by');
  });

  it('say of one alone that it has no past to scale by', () => {
    columns.times1[last] = NaN;
    expect(rows()[2][1]).toBe('no past to scale by +0.7 ticks');
  });

  it('are a sentence at a level that is not known yet', () => {
    data.day.levels[1].known_from_s = data.day.rth_open_s + 900;
    replay.level.set('or_high');
    expect(host().querySelector('table')).toBeNull();
    expect(text(host().querySelector('.why')!)).toBe('15m OR High: from 09:45.');
  });

  it('are a sentence out of reach and in a gap', () => {
    columns.distanceTicks[last] = NaN;
    [data.bid[last], data.ask[last]] = [27300, 27302];
    expect(text(host().querySelector('.why')!)).toBe('Price is 25.25 above PM High: its conditions are not measured here.');
    data.marks[last] = 4;
    data.touch();
    fixture = TestBed.createComponent(ConditionsPanel);
    expect(text(host().querySelector('.why')!)).toBe('A gap: nothing is measured in this window.');
  });
});
