import { ComponentFixture, TestBed } from '@angular/core/testing';
import { Client } from '../api/client';
import { DayData } from '../api/day-data';
import { madeUpDay } from '../api/made-up-day.fixture';
import { Replay } from '../board/replay';
import { replayOf } from '../board/replay.fixture';
import { OtherLevelsPanel } from './other-levels';

describe('the panel of the other levels', () => {
  let data: DayData;
  let replay: ReturnType<typeof replayOf>;
  let fixture: ComponentFixture<OtherLevelsPanel>;
  const get = vi.fn();

  beforeEach(() => {
    get.mockReset();
    get.mockResolvedValue({ features: [], levels: [{ level_id: 'vwap', name: 'VWAP', meaning: 'Session VWAP, moving.' }], tables: [] });
    data = new DayData(madeUpDay(10));
    data.known = data.windows;
    const last = data.windows - 1;
    [data.bid[last], data.ask[last]] = [27194, 27196];
    data.levels.set('vwap', { fromS: [data.day.lead_in_start_s], priceTicks: [27190] });
    replay = replayOf(data);
    TestBed.configureTestingModule({
      providers: [
        { provide: Replay, useValue: replay },
        { provide: Client, useValue: { get } },
      ],
    });
    fixture = TestBed.createComponent(OtherLevelsPanel);
  });

  function host(): HTMLElement {
    TestBed.tick();
    fixture.detectChanges();
    return fixture.nativeElement;
  }

  it('chooses a level by its whole row', () => {
    const rows = [...host().querySelectorAll<HTMLButtonElement>('li button')];
    expect(rows.map((row) => row.querySelector('.hidden')!.textContent)).toEqual([
      'VWAP 6797.50, price is 1.25 above',
      '15m OR High: from 09:45',
    ]);
    rows[0].click();
    expect(replay.setLevel).toHaveBeenCalledExactlyOnceWith('vwap');
  });

  it('chooses any level of the day, and flips the direction', () => {
    const select = host().querySelector('select')!;
    expect([...select.options].map(({ text, selected }) => [text, selected])).toEqual([
      ['PM High', true],
      ['15m OR High', false],
      ['VWAP', false],
    ]);
    select.value = 'or_high';
    select.dispatchEvent(new Event('change'));
    expect(replay.setLevel).toHaveBeenCalledExactlyOnceWith('or_high');
    const flip = host().querySelector<HTMLButtonElement>('button[aria-label^="Direction: from below"]')!;
    flip.click();
    expect(replay.flipApproachDir).toHaveBeenCalledOnce();
  });

  it('fetches what the levels mean once, when it may be read', async () => {
    host();
    expect(get).not.toHaveBeenCalled();
    host().dispatchEvent(new Event('pointerenter'));
    host().dispatchEvent(new Event('pointerenter'));
    expect(get).toHaveBeenCalledOnce();
    await vi.waitFor(() =>
      expect(host().querySelector('li button')!.getAttribute('title')).toBe('VWAP 6797.50, price is 1.25 above\nSession VWAP, moving.'),
    );
  });

  it('lies under the events while they are open', () => {
    replay.eventsOpen.set(true);
    expect(host().classList).toContain('covered');
  });
});
