import { Claims } from './claims';

describe('claims', () => {
  it('leaves out what would lie upon a text that came before, and takes what only touches it', () => {
    const claims = new Claims();
    expect(claims.take({ left: 0, right: 20, top: 0, bottom: 12 })).toBe(true);
    expect(claims.take({ left: 19, right: 40, top: 11, bottom: 20 })).toBe(false);
    expect(claims.take({ left: 20, right: 40, top: 0, bottom: 12 })).toBe(true);
    expect(claims.take({ left: 0, right: 20, top: 12, bottom: 24 })).toBe(true);
  });

  it('does not keep the room of what was left out', () => {
    const claims = new Claims();
    claims.take({ left: 0, right: 10, top: 0, bottom: 10 });
    claims.take({ left: 5, right: 30, top: 0, bottom: 10 });
    expect(claims.take({ left: 20, right: 30, top: 0, bottom: 10 })).toBe(true);
  });
});
