import { ComponentFixture, TestBed } from '@angular/core/testing';
import { SetupRow } from '../../api/schema';
import { SetupsList } from './setups-list';
import { PickedSetup } from '../picked-setup';
import { pickOf } from './setups-request';

function row(tsS: number, over: Partial<SetupRow> = {}): SetupRow {
  return {
    symbol: 'ESZ5',
    session_date: '2025-10-14',
    level_id: 'pm_high',
    approach_dir: 'from_below',
    episode: 1,
    episode_kind: 'first_test',
    ts_s: tsS,
    distance_ticks: -3,
    level_ticks: 26774,
    outcome: 'BREAK_UP',
    mfe_ticks: 26,
    mae_ticks: 0,
    synthetic: true,
    ...over,
  };
}

const rows = [
  row(1760457795, { outcome: null, mfe_ticks: null }),
  row(1760456000),
  row(1760455000, { outcome: 'REJECT_DOWN', approach_dir: 'from_above' }),
];

describe('the list of setups', () => {
  let fixture: ComponentFixture<SetupsList>;
  let picked: PickedSetup[];

  beforeEach(() => {
    fixture = TestBed.createComponent(SetupsList);
    fixture.componentRef.setInput('rows', rows);
    fixture.componentRef.setInput('picked', pickOf(rows[1]));
    fixture.componentRef.setInput('tick', 0.25);
    picked = [];
    fixture.componentInstance.pick.subscribe((pick) => picked.push(pick));
    document.body.append(fixture.nativeElement);
    fixture.detectChanges();
  });

  afterEach(() => fixture.nativeElement.remove());

  function texts(at: number): string[] {
    return [...fixture.nativeElement.querySelectorAll('tbody tr')[at].children].map((cell: Element) => cell.textContent!.trim());
  }

  it('says what is not known yet and never a figure in its place', () => {
    expect(texts(0)).toEqual(['2025-10-14 12:03 ↑', 'first test', 'not known yet', '–']);
  });

  it('gives the outcome with its sign and the furthest move in points', () => {
    expect(texts(1).slice(2)).toEqual(['▲ BREAK', '6.50']);
    expect(texts(2).slice(0, 3)).toEqual(['2025-10-14 11:16 ↓', 'first test', '▼ REJECT']);
  });

  it('the one that is looked at is in the tab order, and arrows move from there', () => {
    const buttons = [...fixture.nativeElement.querySelectorAll('button')] as HTMLButtonElement[];
    expect(buttons.map((button) => button.tabIndex)).toEqual([-1, 0, -1]);
    buttons[1].focus();
    buttons[1].dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }));
    expect(document.activeElement).toBe(buttons[2]);
    buttons[2].click();
    expect(picked).toEqual([pickOf(rows[2])]);
  });
});
