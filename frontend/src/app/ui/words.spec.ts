import { horizon, levelName, named } from './words';

describe('words', () => {
  it('levels and forecasters are read aloud', () => {
    expect(levelName('pm_high')).toBe('PM High');
    expect(levelName('vwap')).toBe('VWAP');
    expect(levelName('round_25')).toBe('Round 25');
    expect(named('similar_block')).toBe('similar block');
  });

  it('a horizon is said in minutes and seconds', () => {
    expect([30, 480, 90, 0].map(horizon)).toEqual(['30 s', '8 min', '1 min 30 s', '0 s']);
  });
});
