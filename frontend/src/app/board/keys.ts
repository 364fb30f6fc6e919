import type { DrillCall } from '../api/schema';

/** What a key asks for. */
export type KeyCommand =
  | { do: 'play' }
  | { do: 'step'; windows: number }
  | { do: 'episode'; direction: 1 | -1 }
  | { do: 'speed'; direction: 1 | -1 }
  | { do: 'level'; place: number }
  | { do: 'cut'; which: 'dark' | 'bright'; direction: 1 | -1 }
  | { do: 'call'; call: DrillCall['call'] }
  | { do: 'flip' | 'setups' | 'events' | 'seen' | 'heat' | 'lens' | 'horizon' | 'reset' | 'theme' | 'start' | 'end' | 'help' | 'close' }
  | { do: 'keep' | 'journal' | 'picture' | 'drill' };

export interface Press {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** Seconds that shift and an arrow move. */
export const STRIDE_S = 120;

/** The keys as the help lists them. */
export const KEYS: readonly (readonly [keys: string, meaning: string])[] = [
  ['Space', 'play, pause; follow a live day'],
  ['← →', 'one window (5 s) back, on'],
  ['Shift ← →', '2 minutes back, on'],
  ['Ctrl ← →', "the level's previous, next episode"],
  ['Home End', "the session's start, end; a live day's edge"],
  ['[ ]', 'slower, faster'],
  ['1 – 6', "the board's levels in their order"],
  ['f', 'flip the direction: from below, from above'],
  ['n', 'all similar setups'],
  ['e', "the level's events"],
  ['a', 'the fire is seen'],
  ['w', 'ladder, sentence and conditions over 1, 2, 4 minutes'],
  [', .', 'the heat is brightest from less, from more'],
  ['Shift , .', 'the heat begins with less, with more'],
  ['h', 'heat on, off'],
  ['c', 'lens on, off'],
  ['0', 'the stage as it was first: time, prices, rows'],
  ['m', 'keep this moment in the journal'],
  ['Shift m', 'the journal'],
  ['p', 'save the board as a PNG'],
  ['d', 'drill: a past test by chance, to be called blind'],
  ['b r x', 'in a drill: break, reject, no edge'],
  ['t', 'dark, light'],
  ['?', 'this help'],
  ['Esc', 'close; leave the drill'],
];

const LETTERS: Record<string, KeyCommand> = {
  f: { do: 'flip' },
  a: { do: 'seen' },
  n: { do: 'setups' },
  e: { do: 'events' },
  h: { do: 'heat' },
  c: { do: 'lens' },
  w: { do: 'horizon' },
  t: { do: 'theme' },
  p: { do: 'picture' },
  d: { do: 'drill' },
  b: { do: 'call', call: 'BREAK' },
  r: { do: 'call', call: 'REJECT' },
  x: { do: 'call', call: 'NO EDGE' },
};

/** The command of a key press on a board of windows of `windowS` seconds; null where the key is not ours. */
export function commandOf(press: Press, windowS: number): KeyCommand | null {
  if (press.metaKey || press.altKey) return null;
  const direction = press.key === 'ArrowRight' ? 1 : press.key === 'ArrowLeft' ? -1 : null;
  if (direction !== null) {
    if (press.ctrlKey) return { do: 'episode', direction };
    return { do: 'step', windows: press.shiftKey ? (direction * STRIDE_S) / windowS : direction };
  }
  if (press.ctrlKey) return null;
  if (/^[1-6]$/.test(press.key)) return { do: 'level', place: Number(press.key) };
  switch (press.key) {
    case ' ':
      return { do: 'play' };
    case '[':
      return { do: 'speed', direction: -1 };
    case ']':
      return { do: 'speed', direction: 1 };
    case ',':
      return { do: 'cut', which: 'bright', direction: -1 };
    case '.':
      return { do: 'cut', which: 'bright', direction: 1 };
    case '<':
      return { do: 'cut', which: 'dark', direction: -1 };
    case '>':
      return { do: 'cut', which: 'dark', direction: 1 };
    case '0':
      return { do: 'reset' };
    case 'Home':
      return { do: 'start' };
    case 'End':
      return { do: 'end' };
    case '?':
      return { do: 'help' };
    case 'Escape':
      return { do: 'close' };
  }
  const letter = press.key.toLowerCase();
  if (letter === 'm') return { do: press.shiftKey ? 'journal' : 'keep' };
  return LETTERS[letter] ?? null;
}

/** True where the focused element takes the key for itself: text and lists take all, buttons and links the space bar, the scrub bar none. */
export function takenBy(element: Element | null, key: string): boolean {
  if (!element || key === 'Escape') return false;
  if (element.matches('select, textarea, [contenteditable], input:not([type=range], [type=checkbox], [type=radio], [type=button])'))
    return true;
  return key === ' ' && element.matches('button, a, summary, input:not([type=range]), [role=button], [role=link]');
}
