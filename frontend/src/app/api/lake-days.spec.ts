import { firstDay } from './lake-days';
import type { DayEntry } from './schema';

describe('the first day', () => {
  const day = (session_date: string, state: DayEntry['state'], chosen = true): DayEntry => ({
    symbol: 'ESZ5',
    root: 'ES',
    session_date,
    synthetic: true,
    state,
    chosen,
    reason: null,
  });

  it('is the newest chosen one that is built', () => {
    const days = [day('2025-10-01', 'ready'), day('2025-10-02', 'ready'), day('2025-10-03', 'no_gold'), day('2025-10-03', 'ready', false)];
    expect(firstDay(days)!.session_date).toBe('2025-10-02');
  });

  it('is the live one where there is one', () => {
    expect(firstDay([day('2025-10-01', 'ready'), day('2025-10-02', 'live')])!.session_date).toBe('2025-10-02');
  });

  it('is the newest with prices where none is built, and none in an empty lake', () => {
    expect(firstDay([day('2025-10-01', 'no_gold'), day('2025-10-02', 'no_silver')])!.session_date).toBe('2025-10-01');
    expect(firstDay([day('2025-10-02', 'no_silver')])).toBeNull();
  });
});
