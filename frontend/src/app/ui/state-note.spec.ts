import { TestBed } from '@angular/core/testing';
import { PanelState } from './panel-state';
import { StateNote } from './state-note';

describe('a note of what is missing', () => {
  function show(state: PanelState): HTMLElement {
    const fixture = TestBed.createComponent(StateNote);
    fixture.componentRef.setInput('what', 'resting size');
    fixture.componentRef.setInput('state', state);
    fixture.detectChanges();
    return fixture.nativeElement;
  }

  it('says what is not built and the command that builds it', () => {
    const page = show({ kind: 'empty', message: 'the ladder is not built.', fix: 'spymaster build' });
    expect(page.querySelector('[role=status] span')!.textContent).toBe('resting size: the ladder is not built.');
    expect(page.querySelector('code')!.textContent).toBe('spymaster build');
    expect(page.querySelector('button')).toBeNull();
  });

  it('alerts to a failure, and tries again', () => {
    const retry = vi.fn<() => void>();
    const page = show({ kind: 'error', message: 'no answer', fix: null, retry });
    expect(page.querySelector('[role=alert]')).not.toBeNull();
    page.querySelector('button')!.click();
    expect(retry).toHaveBeenCalledOnce();
  });
});
