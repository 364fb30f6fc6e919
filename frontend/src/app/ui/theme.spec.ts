import { TestBed } from '@angular/core/testing';
import { PALETTE, property } from './palette';
import { Theme } from './theme';

describe('the theme', () => {
  const root = document.documentElement;
  let asked: ((event: { matches: boolean }) => void) | undefined;
  const system = (light: boolean): void => {
    vi.stubGlobal('matchMedia', () => ({ matches: light, addEventListener: (_: string, listener: typeof asked) => (asked = listener) }));
  };

  beforeEach(() => localStorage.clear());
  afterEach(() => vi.unstubAllGlobals());

  it('is the system’s until the reader chooses, and follows it', () => {
    system(true);
    const theme = TestBed.inject(Theme);
    expect([theme.name(), theme.chosen(), root.dataset['theme']]).toEqual(['light', null, 'light']);
    asked!({ matches: false });
    TestBed.tick();
    expect([theme.name(), root.dataset['theme']]).toEqual(['dark', 'dark']);
  });

  it('that was chosen stays, here and the next time', () => {
    system(true);
    const theme = TestBed.inject(Theme);
    theme.toggle();
    asked!({ matches: true });
    expect([theme.name(), theme.chosen()]).toEqual(['dark', 'dark']);
    TestBed.resetTestingModule();
    expect(TestBed.inject(Theme).name()).toBe('dark');
  });

  it('gives the styles the colours that the canvas has', () => {
    system(false);
    const theme = TestBed.inject(Theme);
    for (const name of ['light', 'dark'] as const) {
      theme.choose(name);
      TestBed.tick();
      for (const [colour, value] of Object.entries(PALETTE[name])) expect(root.style.getPropertyValue(property(colour))).toBe(value);
      expect(theme.colours()).toEqual(PALETTE[name]);
    }
    expect(property('upOnGrid')).toBe('--up-on-grid');
  });
});
