import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { RouterLink, RouterLinkActive } from '@angular/router';
import { Replay } from '../board/replay';

/** The four screens. The board's link carries its state, so that it is found as it was left. */
@Component({
  selector: 'sp-tabs',
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
        >Board</a
      >
      <a routerLink="/setups" routerLinkActive="here" ariaCurrentWhenActive="page">Setups</a>
      <a routerLink="/evaluation" routerLinkActive="here" ariaCurrentWhenActive="page">Evaluation</a>
      <a routerLink="/lake" routerLinkActive="here" ariaCurrentWhenActive="page">Lake</a>
    </nav>
  `,
  styles: `
    nav {
      display: flex;
      gap: 2px;
    }
    a {
      display: flex;
      align-items: center;
      min-height: 30px;
      padding: 0 10px;
      color: var(--muted);
      text-decoration: none;
      border-radius: 6px;
    }
    a:hover {
      color: var(--text);
    }
    a.here {
      color: var(--strong);
      background: var(--row);
      box-shadow: inset 0 -2px var(--strong);
    }
  `,
})
export class Tabs {
  protected readonly replay = inject(Replay);
  protected readonly path = { paths: 'exact', queryParams: 'ignored', fragment: 'ignored', matrixParams: 'ignored' } as const;
}
