import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { MidPath, PathScale, PathSize, pathLine, xOf } from './mini-path.geometry';
import { Direction } from './outcome';

const SIZE: PathSize = { width: 120, height: 48 };

/** One path of the mid around its level: before the trigger shaded, the level dashed, the line in the outcome's colour. */
@Component({
  selector: 'sp-mini-path',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <svg [attr.viewBox]="'0 0 ' + size.width + ' ' + size.height" preserveAspectRatio="none" aria-hidden="true">
      <rect class="before" [attr.width]="triggerX()" [attr.height]="size.height" />
      <path class="level" [attr.d]="'M0 ' + size.height / 2 + 'H' + size.width" />
      <path class="trigger" [attr.d]="'M' + triggerX() + ' 0V' + size.height" />
      <path class="mid" [class]="direction()" [attr.d]="line()" />
    </svg>
  `,
  styleUrl: './mini-path.css',
})
export class MiniPath {
  readonly path = input.required<MidPath>();
  readonly scale = input.required<PathScale>();
  readonly windowS = input.required<number>();
  readonly direction = input.required<Direction>();

  protected readonly size = SIZE;
  protected readonly triggerX = computed(() => xOf(0, this.scale(), SIZE));
  protected readonly line = computed(() => pathLine(this.path(), this.scale(), SIZE, this.windowS()));
}
