/** One paint a displayed frame, however often it is requested in between. */
export class NextFrame {
  private handle = 0;

  constructor(private readonly paint: () => void) {}

  request(): void {
    if (this.handle === 0) this.handle = requestAnimationFrame(() => this.now());
  }

  cancel(): void {
    cancelAnimationFrame(this.handle);
    this.handle = 0;
  }

  private now(): void {
    this.handle = 0;
    this.paint();
  }
}
