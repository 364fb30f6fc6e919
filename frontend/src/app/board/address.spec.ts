import { secondsOf } from '../ui/new-york';
import { FIRST_LOOK } from './look';
import { Address, addressOf, parametersOf } from './address';

/** Nothing asked for. */
const BARE: Address = {
  symbol: null,
  date: null,
  atS: null,
  level: null,
  approachDir: null,
  speed: 12,
  look: FIRST_LOOK,
  tables: [],
  theme: null,
};
const FULL: Address = {
  symbol: 'ESZ5',
  date: '2025-10-14',
  atS: secondsOf('2025-10-14', '10:31:05'),
  level: 'pm_high',
  approachDir: 'from_below',
  speed: 60,
  look: { span: 60, dark: 25, bright: 95, heat: false, lens: false, backS: 300, shift: -4, rows: 13, horizonS: 120 },
  tables: ['stage', 'fan'],
  theme: 'dark',
};

/** The parameters as the router would read them back out of the URL. */
function read(address: Address): Address {
  const given = Object.entries(parametersOf(address)).filter((entry): entry is [string, string] => entry[1] !== null);
  return addressOf(new URLSearchParams(new URLSearchParams(given).toString()));
}

describe('the URL of the board', () => {
  it('says the whole state', () => {
    expect(parametersOf(FULL)).toEqual({
      symbol: 'ESZ5',
      date: '2025-10-14',
      at: '10:31:05',
      level: 'pm_high',
      approach_dir: 'from_below',
      speed: '60',
      span: '60',
      dark: '25',
      bright: '95',
      heat: '0',
      lens: '0',
      back: '300',
      shift: '-4',
      rows: '13',
      over: '120',
      tables: 'stage,fan',
      theme: 'dark',
    });
  });

  it('is read back as it was written', () => {
    expect(read(FULL)).toEqual(FULL);
    for (const approachDir of ['from_below', 'from_above'] as const)
      for (const theme of ['dark', 'light', null] as const)
        for (const heat of [true, false])
          for (const speed of [1, 12, 240]) {
            const address = { ...FULL, approachDir, theme, look: { ...FULL.look, heat }, speed, atS: FULL.atS! + 5 * speed };
            expect(read(address)).toEqual(address);
          }
  });

  it('leaves out what is as it always is', () => {
    const said = parametersOf({ ...FULL, speed: 12, look: FIRST_LOOK, tables: [], theme: null });
    expect(Object.keys(said).filter((name) => said[name] !== null)).toEqual(['symbol', 'date', 'at', 'level', 'approach_dir']);
  });

  it('that is bare asks for nothing', () => {
    expect(addressOf(new URLSearchParams())).toEqual(BARE);
  });

  it('with words it does not know is read without them', () => {
    const address = addressOf(
      new URLSearchParams(
        'date=2025-10-14&at=noon&approach_dir=sideways&speed=fast&heat=yes&span=-9&rows=99&bright=7&over=61&back=-5&shift=x&tables=&theme=pink',
      ),
    );
    expect(address).toEqual({ ...BARE, date: '2025-10-14' });
  });

  it('holds the speed to what the server takes', () => {
    expect(addressOf(new URLSearchParams('speed=9999')).speed).toBe(240);
    expect(addressOf(new URLSearchParams('speed=-3')).speed).toBe(1);
  });
});
