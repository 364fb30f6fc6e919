import { ComponentFixture, TestBed } from '@angular/core/testing';
import { Cell, LakeDay } from '../api/schema';
import { CellChosen, LakeGrid } from './lake-grid';

const cell = (state: Cell['state']): Cell => ({ state, tables: [], seconds: null, fix: null });

function day(date: string, cells: Record<string, Cell>): LakeDay {
  return {
    symbol: 'ESZ5',
    session_date: date,
    synthetic: true,
    chosen: true,
    reason: null,
    cells,
    windows: 2520,
    gaps: 0,
    triggers: null,
    anomalies: 1,
    bytes: 5,
    seconds: null,
  };
}

describe('the grid of the lake', () => {
  let fixture: ComponentFixture<LakeGrid>;
  let chosen: CellChosen[];

  beforeEach(() => {
    fixture = TestBed.createComponent(LakeGrid);
    fixture.componentRef.setInput('days', [
      day('2025-10-02', { silver: cell('failed'), gold: cell('stale') }),
      day('2025-10-01', { silver: cell('done') }),
    ]);
    fixture.componentRef.setInput('layers', ['silver', 'gold']);
    chosen = [];
    fixture.componentInstance.cell.subscribe((one) => chosen.push(one));
    document.body.append(fixture.nativeElement);
    fixture.detectChanges();
  });

  afterEach(() => fixture.nativeElement.remove());

  function press(key: string, ctrlKey = false): void {
    (document.activeElement as HTMLElement).dispatchEvent(new KeyboardEvent('keydown', { key, ctrlKey, bubbles: true, cancelable: true }));
    fixture.detectChanges();
  }

  function inTabOrder(): HTMLElement[] {
    return [...(fixture.nativeElement as HTMLElement).querySelectorAll<HTMLElement>('[tabindex="0"]')];
  }

  it('says the state of every cell in words beside colour and glyph', () => {
    const marks = [...fixture.nativeElement.querySelectorAll('sp-state-mark')].map((mark: HTMLElement) => mark.textContent!.trim());
    expect(marks).toEqual(['✕ failed', '◐ stale', '✓ done']);
  });

  it('has one cell in the tab order, which arrows move', () => {
    expect(inTabOrder()).toHaveLength(1);
    inTabOrder()[0].focus();
    press('ArrowRight');
    press('ArrowDown');
    expect(inTabOrder()).toEqual([document.activeElement]);
    expect((document.activeElement as HTMLElement).textContent).toContain('not expected');
  });

  it('Enter opens the cell, and nothing where the layer is not expected', () => {
    inTabOrder()[0].focus();
    press('Enter');
    press('End', true);
    press('Enter');
    expect(chosen.map((one) => [one.day.session_date, one.layer])).toEqual([['2025-10-02', 'silver']]);
  });

  it('a key that the grid uses reaches nobody else', () => {
    let heard = 0;
    const count = (): void => void heard++;
    document.body.addEventListener('keydown', count);
    inTabOrder()[0].focus();
    press('ArrowRight');
    press('t');
    document.body.removeEventListener('keydown', count);
    expect(heard).toBe(1);
  });

  it('a figure that is not known is a dash', () => {
    const row = fixture.nativeElement.querySelector('tbody tr') as HTMLElement;
    expect([...row.querySelectorAll('td.num')].map((figure) => figure.textContent!.trim())).toEqual(['2,520', '–', '1', '0', '5 B', '–']);
  });
});
