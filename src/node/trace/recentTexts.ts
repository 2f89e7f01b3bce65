/**
 * Remembers what became of texts seen lately. Each request to a model repeats the ones before it, so nearly all of its texts were
 * looked at already. Holds at most twice `capacity` characters of them.
 */
export class RecentTexts {
  private readonly capacity: number;
  private young = new Map<string, string>();
  private old = new Map<string, string>();
  private size = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get(text: string): string | undefined {
    const young = this.young.get(text);
    if (young !== undefined) {
      return young;
    }
    const old = this.old.get(text);
    if (old !== undefined) {
      this.set(text, old);
    }
    return old;
  }

  set(text: string, result: string): void {
    if (text.length > this.capacity) {
      return;
    }
    if (this.size + text.length > this.capacity) {
      this.old = this.young;
      this.young = new Map();
      this.size = 0;
    }
    this.young.set(text, result);
    this.size += text.length;
  }
}
