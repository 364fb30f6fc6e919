/** What a panel has to show: its figures, or why it has none and what fixes that. */
export type PanelState =
  | { kind: 'loading' }
  | { kind: 'ready' }
  | { kind: 'empty'; message: string; fix: string | null }
  | { kind: 'error'; message: string; fix: string | null; retry: () => void }
  | { kind: 'stale'; ageS: number; isGrey: boolean }
  | { kind: 'gap'; message: string };

/** Why there are no figures; empty where there are. */
export function messageOf(state: PanelState): string {
  return 'message' in state ? state.message : '';
}

/** The command that fixes it; null where there is none. */
export function fixOf(state: PanelState): string | null {
  return 'fix' in state ? state.fix : null;
}

/** Asks again for what failed. */
export function tryAgain(state: PanelState): void {
  if (state.kind === 'error') state.retry();
}

export const LOADING: PanelState = { kind: 'loading' };
export const READY: PanelState = { kind: 'ready' };

/** Seconds without a message after which a feed is amber, then grey. */
export interface Patience {
  readonly amberS: number;
  readonly greyS: number;
}
export const WITH_REPLAY: Patience = { amberS: 10, greyS: 30 };
export const WITH_LIVE: Patience = { amberS: 2, greyS: 5 };

/** How a feed of this age looks. */
export function lookOf(ageS: number, { amberS, greyS }: Patience): 'fresh' | 'amber' | 'grey' {
  return ageS >= greyS ? 'grey' : ageS >= amberS ? 'amber' : 'fresh';
}
