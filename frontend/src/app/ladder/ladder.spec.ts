import { ComponentFixture, TestBed } from '@angular/core/testing';
import { DayData, NO_TICK } from '../api/day-data';
import { madeUpDay } from '../api/made-up-day.fixture';
import { Replay } from '../board/replay';
import { replayOf } from '../board/replay.fixture';
import { LadderPanel } from './ladder';

/** The price's strike is 6800. */
const BASE = 27160;

describe('the strike ladder', () => {
  let data: DayData;
  let replay: ReturnType<typeof replayOf>;
  let fixture: ComponentFixture<LadderPanel>;

  beforeEach(() => {
    vi.useFakeTimers();
    data = new DayData(madeUpDay());
    data.known = data.windows;
    data.ladderBase.fill(BASE);
    data.levels.set('pm_high', { fromS: [data.day.lead_in_start_s], priceTicks: [27204] });
    replay = replayOf(data);
    TestBed.configureTestingModule({ providers: [{ provide: Replay, useValue: replay }] });
    fixture = TestBed.createComponent(LadderPanel);
  });
  afterEach(() => vi.useRealTimers());

  function host(): HTMLElement {
    TestBed.tick();
    vi.advanceTimersByTime(100);
    TestBed.tick();
    fixture.detectChanges();
    return fixture.nativeElement;
  }

  function row(strike: string): HTMLTableRowElement {
    const rows = [...host().querySelectorAll<HTMLTableRowElement>('tbody tr')];
    return rows.find((row) => row.querySelector('th')!.textContent!.includes(strike))!;
  }

  it('names the level that it stands around and boxes it, and marks the price', () => {
    expect(host().querySelector('h2')!.textContent).toBe('Strike ladder at PM High 6801.00');
    expect(row('6801.00').classList).toContain('level');
    expect(row('6800.00').textContent).toContain('price');
    expect(row('6801.00').textContent).not.toContain('price');
  });

  it('hatches a side of which more was pulled than came and nothing else, and says the word', () => {
    const cell = (data.windows - 1) * data.strikes + (27200 - BASE) / 4;
    data.ladder.shortPulled[cell] = 20;
    data.ladder.longCame[cell] = 20;
    const [bid, ask] = row('6800.00').querySelectorAll('sp-flow-bar');
    expect(ask.querySelector('i')!.classList).toContain('pulling');
    expect(ask.textContent).toMatch(/−20.*pulling/s);
    expect(bid.querySelector('i')!.classList).not.toContain('pulling');
    expect(bid.textContent).toContain('+20');
    expect(host().querySelectorAll('tbody i.pulling')).toHaveLength(1);
  });

  it('says who leads by what rests against usual, and how many times usual that is', () => {
    const cell = (data.windows - 1) * data.strikes + (27200 - BASE) / 4;
    data.ladder.winner[cell] = 1;
    data.ladder.longUsualPercent[cell] = 164;
    data.ladder.longDepth[cell] = 40;
    expect(row('6800.00').querySelector('td.longs')!.textContent!.trim()).toBe('▲ 1.6x longs lead');
    data.ladder.winner[cell] = -1;
    data.ladder.shortUsualPercent[cell] = 130;
    replay.cursor.update((cursor) => cursor - 1);
    host();
    replay.cursor.update((cursor) => cursor + 1);
    expect(row('6800.00').querySelector('td.shorts')!.textContent!.trim()).toBe('▼ shorts lead');
  });

  it('stands around the price and says so where the level is out of reach', () => {
    data.levels.set('pm_high', { fromS: [data.day.lead_in_start_s], priceTicks: [28000] });
    expect(host().querySelector('h2')!.textContent).toBe('Strike ladder at the price');
    expect(host().textContent).toContain("PM High is out of the ladder's reach");
    expect(host().querySelector('tr.level')).toBeNull();
  });

  it('is a gap, hatched and named, in a window without a book', () => {
    data.ladderBase[data.windows - 1] = NO_TICK;
    expect(host().querySelector('.hatched')!.textContent).toContain('gap');
    expect(host().querySelector('table')).toBeNull();
  });

  it('is drawn at most ten times a second while the cursor runs', () => {
    host();
    const before = data.windows - 60;
    const sizes = new Set<string>();
    for (let window = before; window < data.windows; window++) {
      data.ladder.longDepth[window * data.strikes + 10] = window;
      replay.cursor.set(window);
      TestBed.tick();
      vi.advanceTimersByTime(10);
      fixture.detectChanges();
      sizes.add(fixture.nativeElement.querySelector('tbody').textContent);
    }
    expect(sizes.size).toBeLessThanOrEqual(8);
    expect(sizes.size).toBeGreaterThanOrEqual(5);
    expect(row('6800.00').textContent).toContain(String(data.windows - 1));
  });
});
