/** One paint a displayed frame, however often it is asked for in between. */
export class NextFrame {
  private asked = 0;

  constructor(private readonly paint: () => void) {}

  ask(): void {
    if (this.asked === 0) this.asked = requestAnimationFrame(() => this.now());
  }

  cancel(): void {
    cancelAnimationFrame(this.asked);
    this.asked = 0;
  }

  private now(): void {
    this.asked = 0;
    this.paint();
  }
}
