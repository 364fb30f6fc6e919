import { DayData } from '../api/day-data';
import { madeUpDay } from '../api/made-up-day.fixture';
import { replayOf } from '../board/replay.fixture';
import { READY } from '../ui/panel-state';
import { openSetups } from './all-setups';
import { TRIGGER_S, answer } from './answer.fixture';

describe('all similar setups', () => {
  const data = new DayData(madeUpDay(300));
  const replay = replayOf(data);
  replay.cursor.set(data.indexOfEnd(TRIGGER_S + 10));
  const asked = { root: 'ES', level: 'pm_high', approach_dir: 'from_below', as_of_s: String(TRIGGER_S + 10) };

  it("are on their screen beside the setup shown, as they are known at the board's moment", () => {
    replay.setup.set({ state: READY, answer: answer() });
    openSetups(replay);
    const pick = `ESZ5~2025-10-14~${TRIGGER_S}~pm_high~from_below`;
    expect(replay.leaveFor).toHaveBeenLastCalledWith('/setups', { ...asked, pick, beside: null });
  });

  it("are the level's while no setup is shown", () => {
    replay.setup.set({ state: READY, answer: null });
    openSetups(replay);
    expect(replay.leaveFor).toHaveBeenLastCalledWith('/setups', asked);
  });
});
