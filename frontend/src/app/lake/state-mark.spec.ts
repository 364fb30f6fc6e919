import { TestBed } from '@angular/core/testing';
import { StateMark } from './state-mark';

describe('the mark of a state', () => {
  it('alarms where something failed, and does not beside a count of none', async () => {
    const fixture = TestBed.createComponent(StateMark);
    fixture.componentRef.setInput('state', 'failed');
    await fixture.whenStable();
    const mark = (fixture.nativeElement as HTMLElement).firstElementChild!;
    expect(mark.className).toBe('failed');
    fixture.componentRef.setInput('none', true);
    await fixture.whenStable();
    expect([mark.className, mark.textContent]).toEqual(['missing', '✕ failed']);
  });
});
