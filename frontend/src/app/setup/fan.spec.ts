import { ComponentFixture, TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { READY } from '../ui/panel-state';
import { answer, fan } from './answer.fixture';
import { Fan } from './fan';

let resized: (width: number, height: number) => void;

class Observer {
  constructor(private readonly changed: (entries: { contentRect: { width: number; height: number } }[]) => void) {}
  observe(): void {
    const before = resized;
    resized = (width, height) => (before(width, height), this.changed([{ contentRect: { width, height } }]));
  }
  disconnect(): void {
    return;
  }
}

describe('the panel of the fan', () => {
  let fixture: ComponentFixture<Fan>;

  beforeEach(() => {
    resized = () => undefined;
    vi.stubGlobal('ResizeObserver', Observer);
    TestBed.configureTestingModule({ providers: [provideRouter([])] });
    fixture = TestBed.createComponent(Fan);
    const inputs = { state: READY, ownPath: answer().own_path, levelName: 'PM High', windowS: 5, past: null };
    for (const [name, value] of Object.entries(inputs)) fixture.componentRef.setInput(name, value);
    show(answer({ seen: { ...answer().seen, setups: 46 } }));
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  function show(shown: ReturnType<typeof answer> | null): void {
    fixture.componentRef.setInput('answer', shown);
    fixture.detectChanges();
  }

  function text(selector: string): string {
    fixture.detectChanges();
    return (fixture.nativeElement.querySelector(selector)?.textContent ?? '').replaceAll(/\s+/g, ' ').trim();
  }

  it('says of how many setups it is, in what, and what is usual', () => {
    expect([text('h2'), text('.unit')]).toEqual(['46 similar setups', 'ticks from PM High']);
    expect(text('.legend')).toBe('path of the mid · solid: these · dashed: usual, 28 tests');
    expect(fixture.nativeElement.querySelector('svg').getAttribute('aria-label')).toMatch(
      /^46 similar setups, ticks from PM High: after 8/,
    );
  });

  it('names no usual lines where too few tests are known to draw them', () => {
    const none = fan().t_s.map(() => null);
    show(answer({ fan: fan({ base_q10: none, base_q50: none, base_q90: none, base_setups: 3 }) }));
    expect(text('.legend')).toBe('path of the mid · solid: these');
  });

  it('draws in the size that it has, and says less where that is narrow', () => {
    resized(310, 200);
    expect(text('.legend')).toBe('ticks from PM High · dashed: usual, 28 tests');
    expect(text('.unit')).toBe('');
    expect(fixture.nativeElement.querySelector('.grid').getAttribute('d')).toMatch(/H309$/);
  });

  it('says that there is no setup now, and which one it is of', () => {
    fixture.componentRef.setInput('past', '12:04:50');
    fixture.detectChanges();
    expect([text('h2'), text('.unit')]).toEqual(['No setup now', 'similar to the last one, 12:04:50']);
    expect([...fixture.nativeElement.querySelectorAll('.minute')].map((minute) => minute.textContent.trim())).toContain('then');
    resized(310, 200);
    expect(text('.legend')).toBe('similar to the last one, 12:04:50');
  });

  it('shows the same as a table', () => {
    fixture.nativeElement.querySelector('header button').click();
    fixture.detectChanges();
    expect(fixture.nativeElement.querySelectorAll('tbody tr')).toHaveLength(29);
    expect(text('caption')).toContain('the median is');
  });

  it('says how many setups are too few for it', () => {
    show(answer({ fan: null, seen: { ...answer().seen, setups: 5 } }));
    expect(text('.body')).toBe('too few setups for a fan: 5');
    expect(fixture.nativeElement.querySelector('header button')).toBeNull();
    show(answer({ fan: null, seen: { ...answer().seen, setups: 46 } }));
    expect(text('.body')).toBe('the paths of these setups are not in the lake');
  });

  it('says that the past holds nothing to compare with', () => {
    const strangeness = 'The past of 2025-09-30 holds nothing yet: no earlier session in the lake has this setup.';
    show(answer({ fan: null, neighbours: [], strangeness, seen: { ...answer().seen, setups: 0 } }));
    expect([text('h2'), text('.body')]).toEqual(['Similar setups', strangeness]);
  });

  it('says that nothing like it was there before', () => {
    show(answer({ nothing_like_it: true }));
    expect(text('.legend')).toBe('≠ no comparable setup on record');
  });

  it('gives the command where something is missing, and a way to try again after an error', () => {
    show(null);
    fixture.componentRef.setInput('state', { kind: 'empty', message: 'no features', fix: 'spymaster build' });
    expect(text('code')).toBe('spymaster build');
    const retry = vi.fn();
    fixture.componentRef.setInput('state', { kind: 'error', message: 'It broke.', fix: null, retry });
    expect(text('[role=alert]')).toContain('It broke.');
    fixture.nativeElement.querySelector('[role=alert] button').click();
    expect(retry).toHaveBeenCalledOnce();
  });
});
