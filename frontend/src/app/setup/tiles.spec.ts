import { ComponentFixture, TestBed } from '@angular/core/testing';
import { READY } from '../ui/panel-state';
import { answer, neighbour } from './answer.fixture';
import { Tiles } from './tiles';

describe('the nearest six', () => {
  let fixture: ComponentFixture<Tiles>;

  beforeEach(() => {
    fixture = TestBed.createComponent(Tiles);
    fixture.componentRef.setInput('state', READY);
    fixture.componentRef.setInput('past', null);
    fixture.componentRef.setInput('windowS', 5);
    show(answer());
  });

  function show(shown: ReturnType<typeof answer>): void {
    fixture.componentRef.setInput('answer', shown);
    fixture.detectChanges();
  }

  function tiles(): HTMLButtonElement[] {
    return [...fixture.nativeElement.querySelectorAll('ol button')];
  }

  it('say how each ended and when, and name it in full', () => {
    expect(tiles().map((tile) => [...tile.querySelectorAll('[aria-hidden]')].map((part) => part.textContent!.trim()).join('|'))).toEqual([
      '|▲ through|10-03',
      '|▼ back|09-30',
    ]);
    expect(tiles()[0].querySelector('.hidden')!.textContent).toBe(
      '2025-10-03 12:12:30, pm high from below, repeat test, distance 2.57, BREAK_UP',
    );
  });

  it('draw one that came from the other side as this one comes, in the direction of what is drawn', () => {
    const other = neighbour({ level_id: 'pd_low', approach_dir: 'from_above', outcome: 'BREAK_DOWN' });
    show(answer({ neighbours: [other] }));
    expect(tiles()[0].className).toBe('up');
    expect(tiles()[0].textContent).toContain('▲ through');
  });

  it("have the setup's own path up to its trigger over each", () => {
    show(answer({ own_path: [...answer().own_path, [5, 20]] }));
    const own = tiles().map((tile) => tile.querySelector('.own')!.getAttribute('d'));
    expect(own).toHaveLength(2);
    expect(new Set(own).size).toBe(1);
    expect(own[0]).toMatch(/^M0\.0 .*L8\.0 [\d.]+$/);
  });

  it('are six at most, and lead to all', () => {
    show(answer({ neighbours: Array.from({ length: 40 }, () => neighbour()) }));
    expect(tiles()).toHaveLength(6);
    const all = vi.fn();
    fixture.componentInstance.all.subscribe(all);
    const button = fixture.nativeElement.querySelector('header button');
    expect(button.textContent.trim()).toBe('all 40 n');
    button.click();
    expect(all).toHaveBeenCalledOnce();
  });

  it('say which one is clicked', () => {
    const opened = vi.fn();
    fixture.componentInstance.opened.subscribe(opened);
    tiles()[1].click();
    expect(opened).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ session_date: '2025-09-30' }));
  });

  it('say where there is too little past', () => {
    show(answer({ neighbours: [] }));
    expect(tiles()).toEqual([]);
    expect(fixture.nativeElement.querySelector('.body').textContent.trim()).toBe('too little past to say');
    expect(fixture.nativeElement.querySelector('header button')).toBeNull();
  });
});
