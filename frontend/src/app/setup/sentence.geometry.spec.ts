import { piecesOf, sinceThen, type PriceNow } from './sentence.geometry';

const SENTENCE =
  'PM High 6693.50 from below, 1.875 points through. Up wins at 6695; at 6697 asks +340 contracts/s. ' +
  '20 setups on 8 days: BREAK 9, REJECT 10, CENSORED 1; base rate 41/59/0 %.';
const PLACE: PriceNow = { ageS: 25, windowS: 5, distanceTicks: 13, nearTicks: 5, tick: 0.25, levelName: 'PM High' };

describe('sentence', () => {
  it('cuts every figure out with its sign, its parts and its percent sign', () => {
    const figures = piecesOf(SENTENCE)
      .filter((piece) => piece.isFigure)
      .map((piece) => piece.text);
    expect(figures).toEqual(['6693.50', '1.875', '6695', '6697', '+340', '20', '8', '9', '10', '1', '41/59/0 %']);
  });

  it('keeps a date whole and loses no letter', () => {
    const text = 'The past of 2025-09-30 holds nothing yet: asked at 09:45:05.';
    expect(
      piecesOf(text)
        .filter((piece) => piece.isFigure)
        .map((piece) => piece.text),
    ).toEqual(['2025-09-30', '09:45:05']);
    for (const whole of [SENTENCE, text])
      expect(
        piecesOf(whole)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(whole);
  });

  it('says that the price has left the level once it is further than near', () => {
    expect(sinceThen(PLACE)).toBe('The price has left the level: now 3.25 points above PM High.');
    expect(sinceThen({ ...PLACE, distanceTicks: -5.5 })).toBe('The price has left the level: now 1.375 points below PM High.');
  });

  it('says where the price is while it is still near', () => {
    expect(sinceThen({ ...PLACE, distanceTicks: -2 })).toBe('The price is now 0.50 points below PM High.');
    expect(sinceThen({ ...PLACE, distanceTicks: 0 })).toBe('The price is now at PM High.');
  });

  it('says nothing while the setup is of the present window, nor without a price', () => {
    expect(sinceThen({ ...PLACE, ageS: 0 })).toBe('');
    expect(sinceThen({ ...PLACE, distanceTicks: NaN })).toBe('');
  });
});
