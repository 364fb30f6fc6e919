import { ComponentFixture, TestBed } from '@angular/core/testing';
import { StrikeTable } from './strike-table';
import { Flow, Resting, StrikeRow } from './strikes';

const QUIET: Flow = { contracts: 0, share: 0, counts: false };
const REST: Resting = { contracts: 20, timesUsual: 1, share: 0.25, wall: null };

function rowOf(strikeTicks: number, over: Partial<StrikeRow['book'] & object> = {}, row: Partial<StrikeRow> = {}): StrikeRow {
  const book = { asks: REST, bids: REST, askFlow: QUIET, bidFlow: QUIET, buys: 0, sells: 0, leader: 'none' as const, ...over };
  return { strikeTicks, isLevel: false, isPrice: false, book, ...row };
}

describe('the table of strikes', () => {
  let fixture: ComponentFixture<StrikeTable>;

  function show(rows: StrikeRow[], over: Record<string, unknown> = {}): HTMLElement {
    fixture = TestBed.createComponent(StrikeTable);
    const inputs = { rows, tick: 0.25, levelName: 'PM High', horizonS: 60, hovered: null, pinned: null, ...over };
    for (const [name, value] of Object.entries(inputs)) fixture.componentRef.setInput(name, value);
    fixture.detectChanges();
    return fixture.nativeElement;
  }

  it('marks level and price, for the eye and for the ear', () => {
    const page = show([rowOf(27204, {}, { isLevel: true }), rowOf(27200, {}, { isPrice: true })]);
    const [level, price] = page.querySelectorAll('tbody tr');
    expect(level.classList).toContain('level');
    expect(level.querySelector('th')!.textContent).toMatch(/PM High\s+6801/);
    expect(price.querySelector('th')!.textContent).toMatch(/price\s+6800/);
  });

  it('hatches a side of which more was pulled than came and nothing else, and says the word', () => {
    const askFlow = { contracts: -20, share: 1, counts: true };
    const bidFlow = { contracts: 20, share: 1, counts: true };
    const page = show([rowOf(27200, { askFlow, bidFlow })]);
    expect(page.querySelector('td.flow.ask')!.classList).toContain('out');
    expect(page.querySelector('td.flow.ask')!.textContent).toMatch(/−20.*pulled more than came/s);
    expect(page.querySelector('td.flow.bid')!.classList).not.toContain('out');
    expect(page.querySelector('td.flow.bid')!.textContent).toContain('+20');
  });

  it('says who leads by what rests against usual, and how many times usual that is', () => {
    const leads = (over: object) =>
      show([rowOf(27200, over)])
        .querySelector('td.leads')!
        .textContent.trim();
    expect(leads({ leader: 'longs', bids: { ...REST, timesUsual: 1.64 } })).toBe('▲ 1.6x longs lead');
    expect(leads({ leader: 'shorts', asks: { ...REST, contracts: 0 } })).toBe('▼ shorts lead');
    expect(leads({ leader: 'even' })).toBe('even');
  });

  it('tints the row of a wall, bold with its multiple, and hatches one that went', () => {
    const stands = { stands: true, massive: true, times: 3.3, text: '3.3x' };
    const gone = { stands: false, massive: false, times: null, text: 'was 78' };
    const page = show([rowOf(27204, { asks: { ...REST, wall: stands } }), rowOf(27200, { asks: { ...REST, wall: gone } })]);
    const [one, other] = page.querySelectorAll('tbody tr');
    expect([one.className, other.className]).toEqual(['ask wall', '']);
    expect(one.querySelector('.rests.ask')!.classList).toContain('massive');
    expect(one.querySelector('.rests.ask em')!.textContent).toBe('3.3x');
    expect(other.querySelector('.rests.ask')!.classList).toContain('gone');
    expect(other.querySelector('.rests.ask em')!.textContent).toBe('was 78');
  });

  it('says which strike the pointer is over, and which is pinned', () => {
    const page = show([rowOf(27204), rowOf(27200)], { hovered: 27204, pinned: 27200 });
    const said: unknown[] = [];
    fixture.componentInstance.over.subscribe((strike) => said.push(strike));
    fixture.componentInstance.pin.subscribe((strike) => said.push(['pin', strike]));
    const [one, other] = page.querySelectorAll('tbody tr');
    expect(one.classList).toContain('crossed');
    expect(other.querySelector('button')!.getAttribute('aria-pressed')).toBe('true');
    other.dispatchEvent(new Event('pointerenter'));
    page.querySelector('table')!.dispatchEvent(new Event('pointerleave'));
    other.querySelector('button')!.click();
    expect(said).toEqual([27200, null, ['pin', 27200]]);
  });

  it('is empty where the ladder does not reach', () => {
    expect(show([{ ...rowOf(27200), book: null }]).querySelectorAll('.out-of-reach')).toHaveLength(2);
  });
});
