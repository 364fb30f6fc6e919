import { DayData } from '../api/day-data';
import { madeUpDay } from '../api/made-up-day.fixture';
import { TRIGGER_S, answer } from './answer.fixture';
import { ownPath } from './own-path';

describe("a setup's own path", () => {
  const data = new DayData(madeUpDay(300));
  const trigger = data.indexOfEnd(TRIGGER_S);
  data.bid.fill(26774);
  data.ask.fill(26776);

  it('is as the answer has it', () => {
    expect(ownPath(answer(), data, trigger)).toEqual(answer().own_path);
  });

  it('ends at the cursor, whenever the answer was given', () => {
    expect(ownPath(answer(), data, trigger - 1).at(-1)).toEqual([-5, 7]);
  });

  it('goes on with the cursor, without windows whose book is not to be trusted', () => {
    data.marks[trigger + 2] = 1;
    expect(ownPath(answer(), data, trigger + 3).slice(3)).toEqual([
      [5, 1],
      [15, 1],
    ]);
  });

  it('ends with the fan', () => {
    expect(ownPath(answer(), data, trigger + 500).at(-1)![0]).toBe(840);
  });
});
