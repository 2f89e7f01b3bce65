/** Between two states that are told, milliseconds: nobody reads faster. */
const pauseMs = 700;

/** Tells how the memory stands: soon after the first change, and not more often than a person reads. */
export class StatusTeller {
  private readonly tell: () => void;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(tell: () => void) {
    this.tell = tell;
  }

  wake(): void {
    if (this.timer === undefined && !this.closed) {
      this.timer = setTimeout(() => {
        this.timer = undefined;
        this.tell();
      }, pauseMs);
      this.timer.unref();
    }
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }
}
