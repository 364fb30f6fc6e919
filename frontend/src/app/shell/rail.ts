import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { RouterLink, RouterLinkActive } from '@angular/router';
import { Replay } from '../board/replay';

/** The four screens. The board's link carries its state, so that it is found as it was left. */
@Component({
  selector: 'sp-rail',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [RouterLink, RouterLinkActive],
  template: `
    <nav aria-label="Screens">
      <a
        routerLink="/board"
        [queryParams]="replay.day() ? replay.parameters() : null"
        routerLinkActive="here"
        [routerLinkActiveOptions]="path"
        ariaCurrentWhenActive="page"
        ><svg aria-hidden="true" viewBox="0 0 20 20"><path d="M3 3v14h14M7 12V7M7 9.5h0M11 14V8M15 10V4" /></svg>Board</a
      >
      <a routerLink="/setups" routerLinkActive="here" ariaCurrentWhenActive="page"
        ><svg aria-hidden="true" viewBox="0 0 20 20"><path d="M2 5h6v4H2zM12 5h6v4h-6zM2 13h6v4H2zM12 13h6v4h-6z" /></svg>Setups</a
      >
      <a routerLink="/evaluation" routerLinkActive="here" ariaCurrentWhenActive="page"
        ><svg aria-hidden="true" viewBox="0 0 20 20"><path d="M3 17L17 3M3 17h14M3 17V3M7 12.5h0M10 9h0M13 8h0" /></svg>Evaluation</a
      >
      <a routerLink="/lake" routerLinkActive="here" ariaCurrentWhenActive="page"
        ><svg aria-hidden="true" viewBox="0 0 20 20">
          <path d="M3 5c0-3 14-3 14 0v10c0 3-14 3-14 0zM3 5c0 3 14 3 14 0M3 10c0 3 14 3 14 0" /></svg
        >Lake</a
      >
    </nav>
  `,
  styles: `
    nav {
      display: flex;
      flex-direction: column;
      gap: 2px;
      padding: 6px 0;
      width: 68px;
      height: 100%;
      background: var(--panel);
      border-right: 1px solid var(--grid);
    }
    a {
      display: flex;
      flex-direction: column;
      align-items: center;
      gap: 3px;
      padding: 8px 2px;
      font-size: 11px;
      color: var(--muted);
      text-decoration: none;
      border-left: 3px solid transparent;
    }
    a:hover {
      color: var(--text);
    }
    a.here {
      color: var(--text);
      border-left-color: var(--up);
    }
    a:focus-visible {
      outline-offset: -2px;
    }
    svg {
      width: 20px;
      height: 20px;
      fill: none;
      stroke: currentColor;
      stroke-width: 1.6;
      stroke-linecap: round;
    }
    @media (max-width: 1279px) {
      nav {
        flex-direction: row;
        width: auto;
        height: auto;
        padding: 0;
        border-right: 0;
        border-bottom: 1px solid var(--grid);
      }
      a {
        flex-direction: row;
        padding: 6px 14px;
        border-left: 0;
        border-bottom: 3px solid transparent;
      }
      a.here {
        border-bottom-color: var(--up);
      }
    }
  `,
})
export class Rail {
  protected readonly replay = inject(Replay);
  protected readonly path = { paths: 'exact', queryParams: 'ignored', fragment: 'ignored', matrixParams: 'ignored' } as const;
}
