import { ComponentFixture, TestBed } from '@angular/core/testing';
import { DayData } from '../api/day-data';
import { madeUpDay } from '../api/made-up-day.fixture';
import { ServedDay } from '../api/day.fixture';
import type { Journal as Kept, JournalEntry } from '../api/schema';
import { MadeUpServer } from '../api/server.fixture';
import { Picture } from '../board/picture';
import { Replay } from '../board/replay';
import { replayOf } from '../board/replay.fixture';
import { TRIGGER_S, answer } from '../setup/answer.fixture';
import { READY } from '../ui/panel-state';
import { JournalDialog } from './journal-dialog';
import { KeepDialog } from './keep-dialog';

const ENTRY: JournalEntry = {
  id: '01a22d603bee51e77305',
  kept_s: 1796057611,
  lake_version: '00000000000000ff',
  symbol: 'ESZ5',
  session_date: '2025-10-14',
  at_s: TRIGGER_S,
  new_york: '2025-10-14 12:04:50',
  level_id: 'pm_high',
  level_name: 'PM High',
  approach_dir: 'from_below',
  synthetic: true,
  verdict: 'NO EDGE',
  slab: 'NO EDGE: as usual from here',
  said: 'BREAK 43 % in 6 min.',
  kind: 'BREAK',
  share: 0.43,
  usual: 0.41,
  test_s: TRIGGER_S,
  note: 'asks pulled\nwall behind',
  outcome: 'REJECT_DOWN',
  outcome_s: TRIGGER_S + 90,
};

describe('the journal', () => {
  let server: MadeUpServer;
  let replay: ReturnType<typeof replayOf>;
  let take: ReturnType<typeof vi.fn<() => Promise<Blob>>>;
  const dialogOf = (fixture: ComponentFixture<unknown>): HTMLDialogElement => {
    fixture.detectChanges();
    return (fixture.nativeElement as HTMLElement).querySelector('dialog')!;
  };
  const textOf = (fixture: ComponentFixture<unknown>): string => dialogOf(fixture).textContent.replace(/\s+/g, ' ');

  beforeEach(() => {
    server = new MadeUpServer(new ServedDay());
    const data = new DayData(madeUpDay(300));
    replay = replayOf(data);
    replay.cursor.set(data.indexOfEnd(TRIGGER_S));
    replay.setup.set({ state: READY, answer: answer() });
    take = vi.fn<() => Promise<Blob>>(() => Promise.resolve(new Blob(['PNG'])));
    TestBed.configureTestingModule({
      providers: [
        { provide: Replay, useValue: replay },
        { provide: Picture, useValue: { take } },
      ],
    });
    HTMLDialogElement.prototype.showModal = function () {
      this.open = true;
    };
    HTMLDialogElement.prototype.close = function () {
      this.open = false;
    };
  });
  afterEach(() => vi.unstubAllGlobals());

  describe('to keep a moment', () => {
    function opened(): ComponentFixture<KeepDialog> {
      const fixture = TestBed.createComponent(KeepDialog);
      fixture.detectChanges();
      fixture.componentInstance.open();
      return fixture;
    }

    function enter(fixture: ComponentFixture<KeepDialog>, note: string, held: KeyboardEventInit = {}): void {
      const field = dialogOf(fixture).querySelector('textarea')!;
      field.value = note;
      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', cancelable: true, ...held }));
    }

    it('says what is kept, and stops the board', () => {
      const text = textOf(opened());
      for (const fact of ['contract ESZ5', 'date 2025-10-14', 'time 12:04:50 New York', 'level PM High, from below', 'verdict NO EDGE'])
        expect(text.replaceAll(/(contract|date|time|level|verdict)/g, '$1 ').replaceAll('  ', ' ')).toContain(fact);
      expect(text).toContain('usually 41 %');
      expect(replay.pause).toHaveBeenCalledOnce();
    });

    it('sends the moment, the note and the picture with Enter, and closes', async () => {
      server.replies.set('journal', ENTRY);
      const fixture = opened();
      enter(fixture, ' asks pulled ');
      await vi.waitFor(() => expect(dialogOf(fixture).open).toBe(false));
      expect(server.requestsFor('journal')[0].body).toEqual({
        symbol: 'ESZ5',
        level: 'pm_high',
        approach_dir: 'from_below',
        as_of_s: TRIGGER_S,
        note: 'asks pulled',
        picture: btoa('PNG'),
      });
    });

    it('leaves shift and Enter to the note', () => {
      enter(opened(), 'one', { shiftKey: true });
      expect(server.requests).toEqual([]);
    });

    it('stays open with the note and says why it was not kept', async () => {
      server.fail('journal', 403, 'read_only');
      const fixture = opened();
      enter(fixture, 'asks pulled');
      await vi.waitFor(() => expect(textOf(fixture)).toContain('journal: read_only'));
      expect(textOf(fixture)).toContain('spymaster build');
      expect([dialogOf(fixture).open, dialogOf(fixture).querySelector('textarea')!.value]).toEqual([true, 'asks pulled']);
    });

    it('says that no picture could be taken', async () => {
      take.mockRejectedValueOnce(new Error('The browser gave no picture.'));
      const fixture = opened();
      enter(fixture, '');
      await vi.waitFor(() => expect(textOf(fixture)).toContain('The browser gave no picture.'));
    });
  });

  describe('as a list', () => {
    async function listed(kept: Kept): Promise<ComponentFixture<JournalDialog>> {
      server.replies.set('journal', kept);
      const fixture = TestBed.createComponent(JournalDialog);
      fixture.detectChanges();
      fixture.componentInstance.toggle();
      await vi.waitFor(() => expect(textOf(fixture)).not.toContain('being read'));
      return fixture;
    }

    it('shows picture, note and outcome of an entry, and opens its moment on the board', async () => {
      const fixture = await listed({ entries: [ENTRY], damaged: [] });
      const text = textOf(fixture);
      for (const part of ['ESZ5 2025-10-14 12:04:50', 'NO EDGE', 'BREAK 43 %, usually 41 %', '▼ REJECT', 'asks pulled wall behind'])
        expect(text).toContain(part);
      expect(dialogOf(fixture).querySelector('img')!.getAttribute('src')).toBe(`/api/journal/${ENTRY.id}/picture`);
      dialogOf(fixture).querySelector<HTMLButtonElement>('li button')!.click();
      expect(replay.open).toHaveBeenCalledExactlyOnceWith('ESZ5', '2025-10-14', TRIGGER_S, 'pm_high', 'from_below');
      expect(dialogOf(fixture).open).toBe(false);
    });

    it('says of a test that its outcome is not known, and of no test nothing', async () => {
      const open = { ...ENTRY, outcome: null, outcome_s: null };
      const fixture = await listed({
        entries: [open, { ...open, id: '2', test_s: null, kind: null, share: null, usual: null }],
        damaged: [],
      });
      expect(textOf(fixture).match(/outcome not known yet/g)).toHaveLength(1);
    });

    it('names a file that cannot be read beside the entries that can', async () => {
      const fixture = await listed({
        entries: [ENTRY],
        damaged: [{ file: 'journal/2025-10-14/x.json', message: 'x.json cannot be read.' }],
      });
      expect(textOf(fixture)).toContain('journal/2025-10-14/x.json x.json cannot be read.');
      expect(dialogOf(fixture).querySelectorAll('li')).toHaveLength(1);
    });

    it('says how to keep a moment where nothing was kept', async () => {
      expect(textOf(await listed({ entries: [], damaged: [] }))).toContain('key m keeps the moment');
    });
  });
});
