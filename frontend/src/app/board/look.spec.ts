import { FIRST_LOOK, StageLook } from './look';

describe('the look of the stage', () => {
  let look: StageLook;
  beforeEach(() => (look = new StageLook()));

  it('moves the cut-offs step by step, and not beyond the last', () => {
    const brights = Array.from({ length: 3 }, () => {
      look.moveCutOff('bright', 1);
      return look.now().bright;
    });
    expect(brights).toEqual([99.9, 99.9, 99.9]);
    look.moveCutOff('dark', -1);
    expect(look.now().dark).toBe(25);
  });

  it('goes round the horizons', () => {
    const horizons = Array.from({ length: 3 }, () => {
      look.nextHorizon();
      return look.now().horizonS;
    });
    expect(horizons).toEqual([120, 240, 60]);
  });

  it('never pans into the future', () => {
    look.pan(-300, 2);
    expect(look.now()).toMatchObject({ backS: 0, shift: 2 });
    expect(look.isPanned()).toBe(true);
    look.toCursor();
    expect(look.isPanned()).toBe(false);
  });

  it('keeps its spans and rows within what can be shown, and goes back to the first', () => {
    look.setSpan(1, 210);
    expect(look.now().span).toBe(10);
    look.setSpan(999, 210);
    expect(look.now().span).toBe(210);
    look.setRows(1);
    expect(look.now().rows).toBe(7);
    look.reset();
    expect(look.now()).toEqual(FIRST_LOOK);
  });
});
