/** What a panel has to show: its figures, or why it has none and what fixes that. */
export type PanelState =
  | { kind: 'loading' }
  | { kind: 'ready' }
  | { kind: 'empty'; message: string; fix: string | null }
  | { kind: 'error'; message: string; fix: string | null; retry: () => void }
  | { kind: 'stale'; ageS: number }
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
export const STALE_AMBER_S = 10;
export const STALE_GREY_S = 30;
