import { conditionRows, lastConditions } from './conditions-rows';

const at = (times_usual: number | null, sign: number) => ({ times_usual, contracts: 1, sign });

describe('conditions side by side', () => {
  it('say how fast against usual, and which way that speaks', () => {
    const rows = conditionRows([at(1.6, 1), at(0.4, -1), at(1, 0), at(2.04, 1)], null);
    expect(rows.map((row) => row.own)).toEqual([
      { text: '▲ 1.6x', side: 'up' },
      { text: '▼ 0.4x', side: 'down' },
      { text: '1.0x', side: 'even' },
      { text: '▼ 2.0x', side: 'down' },
    ]);
    expect(rows[0].neighbour).toBeNull();
  });

  it('say of what was not measured that it was not', () => {
    expect(conditionRows(null, Array(4).fill(at(null, 0)))[0]).toMatchObject({
      own: { text: 'not measured' },
      neighbour: { text: 'not measured', side: 'none' },
    });
  });

  it('are those of the last window of a table, which is the trigger’s', () => {
    const floats = (name: string): Float64Array => Float64Array.from(name.startsWith('times') ? [1, 2] : [0, -1]);
    expect(lastConditions({ rows: 2, floats })).toEqual(Array(4).fill({ times_usual: 2, contracts: -1, sign: -1 }));
    expect(lastConditions({ rows: 0, floats })).toBeNull();
  });
});
