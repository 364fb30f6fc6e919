import { gapIn } from './gap';

describe('a gap', () => {
  it('is named by its marks', () => {
    expect(gapIn(0)).toBeNull();
    expect(gapIn(8)).toEqual({ kind: 'gap', message: 'gap: halt' });
    expect(gapIn(1 | 16)).toEqual({ kind: 'gap', message: 'gap: book cleared, book crossed' });
  });
});
