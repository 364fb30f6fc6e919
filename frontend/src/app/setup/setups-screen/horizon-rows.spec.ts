import { OutcomeRow } from '../../api/schema';
import { hiddenWords, horizonRows } from './horizon-rows';

const share = { p: 0.4, low: 0.2, high: 0.6, base: 0.3 };
const row: OutcomeRow = {
  horizon_s: 480,
  break: share,
  reject: share,
  chop: share,
  whipsaw: 0,
  episodes: 20,
  days: 8,
  n_eff: 6.94,
  excursions: { mfe: [0, 9, 24], mae: [0, 3, 12] },
  by_class: [],
};

describe('outcome by horizon', () => {
  it('marks the horizon of the sentence', () => {
    const rows = horizonRows([{ ...row, horizon_s: 120 }, row], 480, 0.9, 'from_below', 0.25);
    expect(rows.map((one) => [one.horizon, one.primary])).toEqual([
      ['2 min', false],
      ['8 min', true],
    ]);
  });

  it('gives excursions in points', () => {
    const [one] = horizonRows([row], 480, 0.9, 'from_below', 0.25);
    expect(one.mfe).toBe('0.00 / 2.25 / 6.00');
    expect(one.mae).toBe('0.00 / 0.75 / 3.00');
  });

  it('says n as episodes, days and the effective n', () => {
    expect(horizonRows([row], 480, 0.9, 'from_below', 0.25)[0]).toMatchObject({ n: '20 on 8 days', nEff: '6.9' });
  });

  it('excursions that are hidden say why', () => {
    const [one] = horizonRows([{ ...row, excursions: null }], 480, 0.9, 'from_above', 0.25);
    expect([one.mfe, one.mae]).toEqual([null, null]);
    expect(hiddenWords(row)).toBe('not shown: 20 setups are too few');
  });
});
