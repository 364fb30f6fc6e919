import { horizon, named } from './words';

describe('words', () => {
  it('forecasters are read aloud', () => {
    expect(named('similar_block')).toBe('similar block');
  });

  it('a horizon is said in minutes and seconds', () => {
    expect([30, 480, 90, 0].map(horizon)).toEqual(['30 s', '8 min', '1 min 30 s', '0 s']);
  });
});
