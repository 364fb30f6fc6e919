import { outcomeAt } from './answer.fixture';
import { outcomeMarks, shareInWords } from './share-track.geometry';

describe('share track', () => {
  it('places bar, whisker and what is usual of the three kinds in percent', () => {
    const marks = outcomeMarks(outcomeAt(480), 'from_below');
    expect(marks.map((mark) => mark.look.kind)).toEqual(['BREAK', 'REJECT', 'CHOP']);
    expect(marks[0].p).toBeCloseTo(43);
    expect(marks[0].low).toBeCloseTo(28);
    expect(marks[0].high).toBeCloseTo(58);
    expect(marks[0].base).toBeCloseTo(41);
  });

  it('turns the directions round for an approach from above', () => {
    expect(outcomeMarks(outcomeAt(480), 'from_above').map((mark) => mark.look.direction)).toEqual(['down', 'up', 'none']);
  });

  it('says share, interval and what is usual in words', () => {
    const [broke] = outcomeMarks(outcomeAt(480), 'from_below');
    expect(shareInWords(broke, 0.9)).toBe('BREAK 43 %, 90 % interval 28 to 58 %, usually 41 %');
  });
});
