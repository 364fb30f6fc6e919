import { ComponentFixture, TestBed } from '@angular/core/testing';
import { READY } from '../ui/panel-state';
import { answer, outcomeAt } from './answer.fixture';
import { Outcomes } from './outcomes';

describe('the panel of what they did', () => {
  let fixture: ComponentFixture<Outcomes>;

  beforeEach(() => {
    fixture = TestBed.createComponent(Outcomes);
    fixture.componentRef.setInput('state', READY);
    fixture.componentRef.setInput('answer', answer({ outcomes: [outcomeAt(120), outcomeAt(360), outcomeAt(840)], horizon_s: 360 }));
    fixture.detectChanges();
  });

  function text(selector: string): string[] {
    return [...fixture.nativeElement.querySelectorAll(selector)].map((node) => node.textContent.replaceAll(/\s+/g, ' ').trim());
  }

  it('says at each horizon who broke, what is usual, who went back and of how many', () => {
    expect(text('h2')).toEqual(['What they did']);
    expect(text('.unit')).toEqual(['through or back by 2 points first']);
    expect(text('tbody th')).toEqual(['2 min', '6 min', '14 min']);
    expect(text('.primary td')).toEqual(['no different from usual', '43 % / 41', '57 %', '19']);
    expect(text('.primary th')).toEqual(['6 min']);
    expect(text('section')[0]).toContain('dash: usual share of 28 tests · coloured only when it differs');
  });

  it('counts no raw shares beside the one', () => {
    expect(text('section')[0]).not.toMatch(/\d+ of \d+/);
  });

  it('draws the interval, what is usual and the share, and colours only what differs', () => {
    const places = () =>
      [...fixture.nativeElement.querySelectorAll('sp-share-line')].map((line) =>
        [...line.querySelectorAll('i')].map((mark: HTMLElement) => `${mark.className} ${mark.style.left}`),
      );
    expect(places()[0]).toEqual(['interval 28%', 'usual 41%', 'dot 43%']);
    const row = { ...outcomeAt(360), break: { p: 0.6, low: 0.5, high: 0.7, base: 0.41 } };
    fixture.componentRef.setInput('answer', answer({ outcomes: [row], horizon_s: 360 }));
    fixture.detectChanges();
    expect(places()).toEqual([['interval differs 50%', 'usual 41%', 'dot 60%']]);
    expect(fixture.nativeElement.querySelector('tbody tr').className).toBe('primary up');
  });

  it('says where there is too little past', () => {
    fixture.componentRef.setInput('answer', answer({ outcomes: [] }));
    fixture.detectChanges();
    expect(text('.body')).toEqual(['too little past to say']);
  });
});
