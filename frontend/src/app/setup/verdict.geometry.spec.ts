import type { ApproachAnswer } from '../api/schema';
import { TRIGGER_S, answer, outcomeAt } from './answer.fixture';
import { approachShare, approachSlab, clausesOf, fireOf, shareOf, slabOf } from './verdict.geometry';

const SENTENCE =
  'Price 1.25 below PM High 6800.00, coming up. Longs lead 6796-6799. BUT 240 asks rest at 6802 (2.4x usual). ' +
  'Physics favour a rejection; the past agrees.';
const APPROACH = {
  sentence: 'PM High 6800.00 from below, 2.5 points away, coming.',
  tests: 0.624,
  if_tested: { break: 0.46, reject: 0.44, chop: 0.1 },
  horizon_s: 360,
} as ApproachAnswer;

describe('the verdict', () => {
  it.each([
    ['BREAK UP', '▲', 'up'],
    ['REJECT UP', '▲', 'up'],
    ['BREAK DOWN', '▼', 'down'],
    ['REJECT DOWN', '▼', 'down'],
    ['NO EDGE', '■', 'even'],
    ['LARGE MOVE, NO SIDE', '▲▼', 'even'],
    ['TOO LITTLE PAST', '■', 'even'],
  ] as const)('%s has the glyph and the colour of the direction of price', (verdict, glyph, tone) => {
    expect(slabOf({ verdict, sentence: SENTENCE })).toEqual({
      glyph,
      tone,
      words: verdict,
      line: 'Physics favour a rejection; the past agrees',
    });
  });

  it('says the sentence without what the slab says, and sets apart what stands in the way', () => {
    expect(clausesOf(SENTENCE)).toEqual([
      { text: 'Price 1.25 below PM High 6800.00, coming up. Longs lead 6796-6799.', isBut: false },
      { text: '240 asks rest at 6802 (2.4x usual).', isBut: true },
    ]);
    expect(clausesOf('Price at PM High 6800.00, standing. Large move likely, no side; the past shows no difference.')).toEqual([
      { text: 'Price at PM High 6800.00, standing.', isBut: false },
    ]);
    expect(clausesOf('Price at PM High 6800.00.')).toEqual([{ text: 'Price at PM High 6800.00.', isBut: false }]);
    expect(clausesOf('')).toEqual([]);
  });

  it('says one share with its interval against what is usual from here', () => {
    expect(shareOf(answer())).toEqual({
      percent: 43,
      verb: 'broke',
      usual: 41,
      interval: { low: 28, high: 58 },
      differs: false,
      line: 'no different from usual · true share 28 to 58 % · 2 setups on 2 days, worth 7 · in 8 min',
    });
    expect(shareOf(answer({ kind: 'REJECT' }))).toMatchObject({ percent: 57, verb: 'rejected', usual: 59 });
  });

  it.each([
    [0.5, 0.7, 'more often than usual'],
    [0.2, 0.3, 'less often than usual'],
    [0.41, 0.7, 'no different from usual'],
  ])('is coloured where the interval %d to %d leaves out what is usual', (low, high, words) => {
    const row = { ...outcomeAt(480), break: { p: 0.6, low, high, base: 0.41 } };
    const share = shareOf(answer({ outcomes: [row] }))!;
    expect(share.line).toContain(words);
    expect(share.differs).toBe(words !== 'no different from usual');
  });

  it('says as usual where it knows nothing more', () => {
    const row = { ...outcomeAt(480), break: { p: 0.41, low: null, high: null, base: 0.41 } };
    const seen = { ...answer().seen, setups: 0, days: 0 };
    expect(shareOf(answer({ outcomes: [row], seen }))).toMatchObject({
      interval: null,
      differs: false,
      line: 'as usual from here · nothing comparable yet · in 8 min',
    });
    expect(shareOf(answer({ outcomes: [] }))).toBeNull();
  });

  it('says of an approach how likely it tests the level, and what is usual then', () => {
    expect(approachSlab(APPROACH)).toMatchObject({ words: 'APPROACHING', tone: 'coming', line: APPROACH.sentence });
    expect(approachShare(APPROACH)).toEqual({
      percent: 62,
      words: 'tests the level within 6 min',
      line: 'if it tests now, usually 46 % break and 44 % reject',
    });
  });

  it('shows a fire until it is seen or two minutes old, and never before it fell', () => {
    const fired = answer({ edge: { ...answer().edge, fired_s: TRIGGER_S } });
    expect(fireOf(answer(), TRIGGER_S, NaN)).toBeNull();
    expect(fireOf(fired, TRIGGER_S, NaN)).toEqual({ s: TRIGGER_S, ago: 'now' });
    expect(fireOf(fired, TRIGGER_S + 10, NaN)).toEqual({ s: TRIGGER_S, ago: '10 s ago' });
    expect(fireOf(fired, TRIGGER_S + 120, NaN)).not.toBeNull();
    expect(fireOf(fired, TRIGGER_S + 125, NaN)).toBeNull();
    expect(fireOf(fired, TRIGGER_S - 5, NaN)).toBeNull();
    expect(fireOf(fired, TRIGGER_S + 10, TRIGGER_S)).toBeNull();
  });
});
