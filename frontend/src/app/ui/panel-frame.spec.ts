import { ChangeDetectionStrategy, Component, signal } from '@angular/core';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { PanelFrame } from './panel-frame';
import { LOADING, PanelState, READY } from './panel-state';

@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame],
  template: `
    <sp-panel heading="Candles" unit="points" [state]="state()" [synthetic]="synthetic()">
      <p class="figures">6800.00</p>
    </sp-panel>
  `,
})
class Host {
  readonly state = signal<PanelState>(READY);
  readonly synthetic = signal(false);
}

@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame],
  template: `<sp-panel heading="Candles"
    ><ng-template #table><p class="rows">as text</p></ng-template></sp-panel
  >`,
})
class WithTable {}

describe('a panel', () => {
  let fixture: ComponentFixture<Host>;
  const page = (): HTMLElement => fixture.nativeElement as HTMLElement;
  const show = async (state: PanelState): Promise<string> => {
    fixture.componentInstance.state.set(state);
    await fixture.whenStable();
    return page().textContent.replace(/\s+/g, ' ').trim();
  };

  beforeEach(async () => {
    TestBed.configureTestingModule({ providers: [provideRouter([])] });
    fixture = TestBed.createComponent(Host);
    await fixture.whenStable();
  });

  it('is a region named by its heading, and its unit', () => {
    const heading = page().querySelector('h2')!;
    expect([heading.textContent, heading.id]).toEqual(['Candles', page().querySelector('section')!.getAttribute('aria-labelledby')]);
    expect(page().textContent).toContain('points');
  });

  it('says SYNTHETIC where its figures are', async () => {
    expect(page().textContent).not.toContain('SYNTHETIC');
    fixture.componentInstance.synthetic.set(true);
    await fixture.whenStable();
    expect([...page().querySelectorAll('.badge')].map((badge) => badge.textContent)).toEqual(['SYNTHETIC']);
  });

  it('shows its figures when ready, and while stale or in a gap with a word of it', async () => {
    expect(await show(READY)).toContain('6800.00');
    expect(await show({ kind: 'stale', ageS: 12.7, isGrey: false })).toMatch(/no data for 12 s.*6800.00/);
    expect(page().querySelector('section')!.className).toBe('amber');
    await show({ kind: 'stale', ageS: 30, isGrey: true });
    expect(page().querySelector('section')!.className).toBe('grey');
    expect(await show({ kind: 'gap', message: 'gap: halt' })).toMatch(/gap: halt.*6800.00/);
    expect(page().querySelector('.hatched')).not.toBeNull();
  });

  it('shows a skeleton while loading and says that it is busy', async () => {
    expect(await show(LOADING)).not.toContain('6800.00');
    expect(page().querySelector('section')!.getAttribute('aria-busy')).toBe('true');
    expect(page().querySelector('.skeleton')).not.toBeNull();
  });

  it('shows what is missing and the command that makes it', async () => {
    const text = await show({ kind: 'empty', message: 'No ladder of ESZ5.', fix: 'spymaster build' });
    expect(text).toContain('No ladder of ESZ5.');
    expect(page().querySelector('code')!.textContent).toBe('spymaster build');
    expect(text).not.toContain('6800.00');
  });

  it('shows an error with a way to try again', async () => {
    const retry = vi.fn();
    await show({ kind: 'error', message: 'It broke.', fix: null, retry });
    expect(page().querySelector('[role=alert]')!.textContent).toContain('It broke.');
    page().querySelector<HTMLButtonElement>('[role=alert] button')!.click();
    expect(retry).toHaveBeenCalledOnce();
  });

  it('renders its table only while it is asked for', async () => {
    const other = TestBed.createComponent(WithTable);
    await other.whenStable();
    const element = other.nativeElement as HTMLElement;
    const button = element.querySelector('button')!;
    expect([button.textContent.trim(), element.querySelector('.rows')]).toEqual(['show as table', null]);
    button.click();
    await other.whenStable();
    expect(element.querySelector('.rows')).not.toBeNull();
    expect([button.getAttribute('aria-pressed'), button.textContent.trim()]).toEqual(['true', 'show as picture']);
  });
});
