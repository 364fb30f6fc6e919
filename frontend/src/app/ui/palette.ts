/** Colours of both themes: Okabe-Ito for what means something, neutral for the rest. Canvas code and CSS read the same table. */
export interface Colours {
  bg: string;
  panel: string;
  /** A row that is set off from its panel. */
  row: string;
  /** Lines between things, and surfaces of their colour. */
  grid: string;
  text: string;
  /** What is read first. */
  strong: string;
  muted: string;
  up: string;
  down: string;
  pm: string;
  or: string;
  alarm: string;
  /** Ground of the verdict that names no side: as loud as one that does. */
  slabGround: string;
  /** Ground of the verdict while price comes to the level. */
  coming: string;
  /** A cell that has just changed. */
  flash: string;
}

export const THEME_NAMES = ['dark', 'light'] as const;
export type ThemeName = (typeof THEME_NAMES)[number];

export const PALETTE: Record<ThemeName, Colours> = {
  dark: {
    bg: '#0e1217',
    panel: '#151b23',
    row: '#1b2430',
    grid: '#2c3744',
    text: '#d7dee8',
    strong: '#ffffff',
    muted: '#93a1b2',
    up: '#56b4e9',
    down: '#e69f00',
    pm: '#f0e442',
    or: '#cc79a7',
    alarm: '#ff7a45',
    slabGround: '#3c4a5c',
    coming: '#2b2c1c',
    flash: '#2f4358',
  },
  light: {
    bg: '#eef1f5',
    panel: '#ffffff',
    row: '#f2f5f9',
    grid: '#c5cfda',
    text: '#18212c',
    strong: '#000000',
    muted: '#556273',
    up: '#00639c',
    down: '#8f4a00',
    pm: '#6b5900',
    or: '#8f3f6f',
    alarm: '#a83b00',
    slabGround: '#c3cedb',
    coming: '#f6f2d4',
    flash: '#cfe2f2',
  },
};

/** A theme's name, null for any other word. */
export function themeName(text: string | null | undefined): ThemeName | null {
  return THEME_NAMES.find((name) => name === text) ?? null;
}

/** Name of a colour's CSS custom property: `upOnGrid` is `--up-on-grid`. */
export function property(colour: string): string {
  return `--${colour.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Red, green and blue of a #rrggbb colour, 0 to 255. */
export function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

/** Contrast ratio of two #rrggbb colours after WCAG 2.2, 1 to 21. */
export function contrast(one: string, other: string): number {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = channels(colour).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
