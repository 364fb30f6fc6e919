import { conditionRows, lastConditions } from './conditions-rows';

describe('conditions side by side', () => {
  it('asks that leave count both ways, bids that leave count down', () => {
    const rows = conditionRows([0.5, -0.5, 0.5, -0.5], null);
    expect(rows.map((row) => row.own.side)).toEqual(['both', 'neither', 'down', 'up']);
    expect(rows.map((row) => row.own.text)).toEqual(['▲▼ +0.50', '−0.50', '▼ +0.50', '▲ −0.50']);
    expect(rows[0].neighbour).toBeNull();
  });

  it('what was not measured says so', () => {
    expect(conditionRows([0, 0, 0, 0], [NaN, -0.693, 0, 1])[0]).toMatchObject({
      own: { text: '0.00' },
      neighbour: { text: 'not measured', side: 'none' },
    });
  });

  it('takes the last window of a table, which is the trigger’s', () => {
    const floats = (name: string): Float64Array => Float64Array.from(name === 'c1' ? [1, 2] : [3, 4]);
    expect(lastConditions({ rows: 2, floats })).toEqual([2, 4, 4, 4]);
    expect(lastConditions({ rows: 0, floats })).toBeNull();
  });
});
