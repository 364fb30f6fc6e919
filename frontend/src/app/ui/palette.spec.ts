import { PALETTE, ThemeName, contrast } from './palette';

const TEXTS = ['text', 'muted', 'up', 'down', 'pm', 'or', 'alarm'] as const;
const MARKS = ['up', 'down', 'pm', 'or', 'alarm', 'muted'] as const;

describe('contrast', () => {
  it('of black on white is 21, as the standard says', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 6);
  });

  for (const theme of ['dark', 'light'] as ThemeName[]) {
    const colours = PALETTE[theme];
    for (const surface of ['bg', 'panel', 'row'] as const) {
      it.each(TEXTS)(`of %s text on ${surface} is at least 4.5 in the ${theme} theme`, (text) => {
        expect(contrast(colours[text], colours[surface])).toBeGreaterThanOrEqual(4.5);
      });
    }
    it.each(['grid', 'slabGround', 'coming', 'flash'] as const)(`of text on %s is at least 4.5 in the ${theme} theme`, (surface) => {
      expect(contrast(colours.text, colours[surface])).toBeGreaterThanOrEqual(4.5);
    });
    it.each(MARKS)(`of a %s mark on a grid-coloured surface is at least 3 in the ${theme} theme`, (mark) => {
      expect(contrast(colours[mark], colours.grid)).toBeGreaterThanOrEqual(3);
    });
    it.each(['up', 'down', 'pm', 'or'] as const)(`of panel-coloured text on a %s chip is at least 4.5 in the ${theme} theme`, (chip) => {
      expect(contrast(colours.panel, colours[chip])).toBeGreaterThanOrEqual(4.5);
    });
  }
});
