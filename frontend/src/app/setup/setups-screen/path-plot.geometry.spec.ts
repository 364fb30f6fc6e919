import { SIZE, layoutPath, pathInWords, type PathPlotData } from './path-plot.geometry';

function data(over: Partial<PathPlotData> = {}): PathPlotData {
  return {
    lines: [
      {
        path: [
          [-5, -4],
          [0, 0],
          [5, 8],
        ],
        look: 'own',
        label: 'this setup',
      },
    ],
    barrierTicks: 8,
    tick: 0.25,
    windowS: 5,
    knownToS: 840,
    ...over,
  };
}

describe('path plot geometry', () => {
  it('the level is in the middle and the barriers lie as far above as below', () => {
    const layout = layoutPath(data());
    expect(layout.levelY).toBe(SIZE.height / 2);
    expect(layout.barriers[0].y + layout.barriers[1].y).toBeCloseTo(SIZE.height);
    expect(layout.barriers.map((barrier) => barrier.label)).toEqual(['+2', '−2']);
  });

  it('the trigger stands an eighth of the way in: two minutes before it, fourteen after', () => {
    expect(layoutPath(data()).triggerX).toBeCloseTo(SIZE.width / 8);
    expect(
      layoutPath(data())
        .minutes.map((minute) => minute.label)
        .slice(0, 3),
    ).toEqual(['−2 min', 'trigger', '+2 min']);
  });

  it('what cannot be known yet is marked apart from what is', () => {
    expect(layoutPath(data({ knownToS: 840 })).unknownX).toBeNull();
    expect(layoutPath(data({ knownToS: 360 })).unknownX).toBeCloseTo(SIZE.width / 2);
    expect(layoutPath(data({ knownToS: 0 })).unknownX).toBeCloseTo(layoutPath(data()).triggerX);
  });

  it('two lines share one scale', () => {
    const far = layoutPath(data({ lines: [...data().lines, { path: [[0, 40]], look: 'neighbour', label: 'x' }] }));
    expect(far.scale.reachTicks).toBe(40);
    expect(far.lines).toHaveLength(2);
  });

  it('says where every line ends', () => {
    expect(pathInWords(data())).toBe('this setup: +2 points from the level +0.1 min from the trigger.');
    expect(pathInWords(data({ lines: [] }))).toBe('No path is known.');
  });
});
