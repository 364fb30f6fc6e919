import type { Replay } from '../board/replay';
import { pickParams } from './picked-setup';

type Board = Pick<Replay, 'day' | 'level' | 'approachDir' | 'cursorS' | 'setup' | 'leaveFor'>;

/** Goes to the setups' screen, to the setup shown with all that are similar to it, as they are known at the cursor. */
export function openSetups(board: Board): void {
  const shown = board.setup().answer?.setup;
  board.leaveFor('/setups', {
    root: board.day()?.day.root ?? null,
    level: board.level(),
    approach_dir: board.approachDir(),
    as_of_s: String(board.cursorS()),
    ...(shown &&
      pickParams({
        symbol: shown.symbol,
        sessionDate: shown.session_date,
        tsS: shown.ts_s,
        level: shown.level_id,
        approachDir: shown.approach_dir,
      })),
  });
}
