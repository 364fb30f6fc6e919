import { KeyCommand, KEYS, Press, commandOf, takenBy } from './keys';

function press(key: string, held: Partial<Press> = {}): KeyCommand | null {
  return commandOf({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...held }, 5);
}

describe('a key', () => {
  it.each<[string, KeyCommand]>([
    [' ', { do: 'play' }],
    ['ArrowRight', { do: 'step', windows: 1 }],
    ['ArrowLeft', { do: 'step', windows: -1 }],
    ['[', { do: 'speed', direction: -1 }],
    [']', { do: 'speed', direction: 1 }],
    ['1', { do: 'level', place: 1 }],
    ['6', { do: 'level', place: 6 }],
    ['f', { do: 'flip' }],
    ['F', { do: 'flip' }],
    ['n', { do: 'setups' }],
    ['e', { do: 'events' }],
    ['h', { do: 'heat' }],
    ['c', { do: 'lens' }],
    ['w', { do: 'horizon' }],
    ['0', { do: 'reset' }],
    [',', { do: 'cut', which: 'bright', direction: -1 }],
    ['.', { do: 'cut', which: 'bright', direction: 1 }],
    ['<', { do: 'cut', which: 'dark', direction: -1 }],
    ['>', { do: 'cut', which: 'dark', direction: 1 }],
    ['t', { do: 'theme' }],
    ['m', { do: 'keep' }],
    ['p', { do: 'picture' }],
    ['d', { do: 'drill' }],
    ['b', { do: 'call', call: 'BREAK' }],
    ['r', { do: 'call', call: 'REJECT' }],
    ['x', { do: 'call', call: 'NO EDGE' }],
    ['Home', { do: 'start' }],
    ['End', { do: 'end' }],
    ['?', { do: 'help' }],
    ['Escape', { do: 'close' }],
  ])('"%s" does %o', (key, command) => {
    expect(press(key)).toEqual(command);
  });

  it('moves by 24 windows of 5 s, two minutes, with shift', () => {
    expect(press('ArrowRight', { shiftKey: true })).toEqual({ do: 'step', windows: 24 });
    expect(press('ArrowLeft', { shiftKey: true })).toEqual({ do: 'step', windows: -24 });
  });

  it('keeps the moment, and shows the journal with shift', () => {
    expect(press('M', { shiftKey: true })).toEqual({ do: 'journal' });
    expect(press('M')).toEqual({ do: 'keep' });
  });

  it('moves by an episode with ctrl', () => {
    expect(press('ArrowRight', { ctrlKey: true })).toEqual({ do: 'episode', direction: 1 });
    expect(press('ArrowLeft', { ctrlKey: true })).toEqual({ do: 'episode', direction: -1 });
  });

  it.each(['7', '9', 'y', 'Enter', 'Tab', 'PageDown'])('"%s" is left to the browser', (key) => {
    expect(press(key)).toBeNull();
  });

  it('held with the browser’s own keys is left to the browser', () => {
    expect(press('f', { ctrlKey: true })).toBeNull();
    expect(press('t', { metaKey: true })).toBeNull();
    expect(press('ArrowLeft', { altKey: true })).toBeNull();
  });

  it('is named in the help', () => {
    const named = KEYS.map(([keys]) => keys).join(' ');
    for (const key of ['Space', '←', '→', 'Shift', 'Ctrl', '[', ']', '1', '6', ...'fnehtmpd', 'b r x', 'Home', 'End', '?', 'Esc'])
      expect(named).toContain(key);
  });
});

describe('a focused element', () => {
  function element(html: string): Element {
    const holder = document.createElement('div');
    holder.innerHTML = html;
    return holder.firstElementChild!;
  }

  it('that takes text or holds a list takes its keys, but not Escape', () => {
    for (const html of ['<input>', '<input type="date">', '<textarea></textarea>', '<select></select>']) {
      expect(takenBy(element(html), 'f')).toBe(true);
      expect(takenBy(element(html), 'Escape')).toBe(false);
    }
  });

  it('that is pressed with the space bar takes it and no other key', () => {
    for (const html of ['<button></button>', '<a href="#"></a>', '<summary></summary>']) {
      expect(takenBy(element(html), ' ')).toBe(true);
      expect(takenBy(element(html), 'ArrowRight')).toBe(false);
    }
  });

  it('that is the scrub bar leaves the arrows and the space bar to the replay', () => {
    for (const key of ['ArrowRight', ' ']) expect(takenBy(element('<input type="range">'), key)).toBe(false);
    expect(takenBy(element('<input type="checkbox">'), ' ')).toBe(true);
    expect(takenBy(document.body, ' ')).toBe(false);
  });
});
