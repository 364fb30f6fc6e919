import { ComponentFixture, TestBed } from '@angular/core/testing';
import { READY } from '../ui/panel-state';
import { answer } from './answer.fixture';
import { Why } from './why';
import { whyLines } from './why.geometry';

describe('why these', () => {
  let fixture: ComponentFixture<Why>;

  beforeEach(() => {
    fixture = TestBed.createComponent(Why);
    fixture.componentRef.setInput('state', READY);
    fixture.componentRef.setInput('answer', answer());
    fixture.detectChanges();
  });

  it('says in words what they share, and draws how much of it', () => {
    const lines = [...fixture.nativeElement.querySelectorAll('li')];
    expect(lines.map((line) => line.querySelector('.phrase').textContent)).toEqual([
      'bids thicken right under the level, 15 s',
      'asks in the path slide up',
    ]);
    expect(lines.map((line) => line.querySelector('i').style.width)).toEqual(['100%', '50%']);
    expect(lines[0].title).toBe('30 % of what they share');
  });

  it('says where there is too little past', () => {
    fixture.componentRef.setInput('answer', answer({ together: [] }));
    fixture.detectChanges();
    expect(fixture.nativeElement.querySelector('.body').textContent.trim()).toBe('too little past to say');
  });

  it('has at most four lines, and no bars where nothing is shared', () => {
    expect(whyLines(Array.from({ length: 6 }, (_, at) => ({ phrase: String(at), share: 0.1 })))).toHaveLength(4);
    expect(whyLines([{ phrase: 'nothing', share: 0 }])[0].width).toBe(0);
    expect(whyLines([])).toEqual([]);
  });
});
