import { convertToParamMap } from '@angular/router';
import type { SetupRow } from '../../api/schema';
import { pickParams } from '../picked-setup';
import { requestOf, besideParams, isSamePick, pickOf } from './setups-request';

const row: SetupRow = {
  symbol: 'ESZ5',
  session_date: '2025-10-14',
  level_id: 'pm_high',
  approach_dir: 'from_below',
  episode: 3,
  episode_kind: 'retest',
  ts_s: 1760457890,
  distance_ticks: -3,
  level_ticks: 26774,
  outcome: null,
  mfe_ticks: null,
  mae_ticks: null,
  synthetic: true,
};

describe('what is asked for', () => {
  it('an empty URL asks for level tests of any level up to the lake’s end', () => {
    expect(requestOf(convertToParamMap({}))).toMatchObject({
      level: '',
      approachDir: '',
      setup: 'level_test',
      asOfS: null,
      pick: null,
      beside: null,
    });
  });

  it('a parameter that makes no sense counts as not given', () => {
    const asked = requestOf(
      convertToParamMap({
        approach_dir: 'sideways',
        setup: 'x',
        first: 'yesterday',
        from: '9',
        as_of_s: '-4',
        pick: 'ESZ5',
        beside: 'a~b',
      }),
    );
    expect(asked).toMatchObject({ approachDir: '', setup: 'level_test', first: '', from: '', asOfS: null, pick: null, beside: null });
  });

  it('a setup put into the URL is read back', () => {
    const asked = requestOf(convertToParamMap(pickParams(pickOf(row))));
    expect(asked.pick).toEqual({ symbol: 'ESZ5', sessionDate: '2025-10-14', tsS: 1760457890, level: 'pm_high', approachDir: 'from_below' });
    expect(isSamePick(asked.pick, row)).toBe(true);
    expect(isSamePick(asked.pick, { ...row, approach_dir: 'from_above' })).toBe(false);
  });

  it('another setup gives up the neighbour that stood beside the last one', () => {
    expect(pickParams(pickOf(row))['beside']).toBeNull();
    expect(requestOf(convertToParamMap(besideParams('ESZ5', 17))).beside).toEqual({ symbol: 'ESZ5', tsS: 17 });
  });

  it('reads a moment, dates and times of day', () => {
    expect(requestOf(convertToParamMap({ as_of_s: '1760457890', first: '2025-10-01', to: '10:30' }))).toMatchObject({
      asOfS: 1760457890,
      first: '2025-10-01',
      to: '10:30',
    });
  });
});
