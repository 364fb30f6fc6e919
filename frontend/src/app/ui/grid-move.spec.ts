import { moved } from './grid-move';

describe('moving in a grid', () => {
  const at = { row: 3, column: 1 };

  it('arrows move by one cell', () => {
    expect(moved(at, 'ArrowUp', false, 20, 4)).toEqual({ row: 2, column: 1 });
    expect(moved(at, 'ArrowDown', false, 20, 4)).toEqual({ row: 4, column: 1 });
    expect(moved(at, 'ArrowLeft', false, 20, 4)).toEqual({ row: 3, column: 0 });
    expect(moved(at, 'ArrowRight', false, 20, 4)).toEqual({ row: 3, column: 2 });
  });

  it('the focus never leaves the grid', () => {
    expect(moved({ row: 0, column: 0 }, 'ArrowUp', false, 20, 4)).toEqual({ row: 0, column: 0 });
    expect(moved({ row: 19, column: 3 }, 'PageDown', false, 20, 4)).toEqual({ row: 19, column: 3 });
    expect(moved({ row: 19, column: 3 }, 'ArrowRight', false, 20, 4)).toEqual({ row: 19, column: 3 });
  });

  it('Home and End move along the row, with ctrl over all rows', () => {
    expect(moved(at, 'Home', false, 20, 4)).toEqual({ row: 3, column: 0 });
    expect(moved(at, 'End', false, 20, 4)).toEqual({ row: 3, column: 3 });
    expect(moved(at, 'Home', true, 20, 4)).toEqual({ row: 0, column: 0 });
    expect(moved(at, 'End', true, 20, 4)).toEqual({ row: 19, column: 3 });
  });

  it('any other key does not move', () => {
    expect(moved(at, 'a', false, 20, 4)).toBeNull();
    expect(moved(at, 'Enter', false, 20, 4)).toBeNull();
  });
});
