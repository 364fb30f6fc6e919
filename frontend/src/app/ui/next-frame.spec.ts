import { NextFrame } from './next-frame';

describe('NextFrame', () => {
  let frames: (() => void)[];
  beforeEach(() => {
    frames = [];
    vi.stubGlobal('requestAnimationFrame', (paint: () => void) => frames.push(paint));
    vi.stubGlobal('cancelAnimationFrame', (id: number) => (frames[id - 1] = () => undefined));
  });
  afterEach(() => vi.unstubAllGlobals());

  it('paints once however often it is asked within a frame, and again after it', () => {
    let paints = 0;
    const frame = new NextFrame(() => paints++);
    for (let i = 0; i < 12; i++) frame.request();
    expect(frames).toHaveLength(1);
    frames[0]();
    expect(paints).toBe(1);
    frame.request();
    frames[1]();
    expect(paints).toBe(2);
  });

  it('paints nothing after it was cancelled', () => {
    let paints = 0;
    const frame = new NextFrame(() => paints++);
    frame.request();
    frame.cancel();
    frames[0]();
    expect(paints).toBe(0);
  });
});
