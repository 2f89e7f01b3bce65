/** The end of a long text that comes in pieces; holds at most `longest` characters and the piece that they begin in. */
export class TextTail {
  private readonly longest: number;
  private pieces: string[] = [];
  private length = 0;

  constructor(longest: number) {
    this.longest = longest;
  }

  add(piece: string): void {
    // One huge piece is cut at once, so that the bound holds.
    const kept = piece.slice(-this.longest);
    this.pieces.push(kept);
    this.length += kept.length;
    for (
      let [first] = this.pieces;
      first !== undefined && this.length - first.length >= this.longest;
      [first] = this.pieces
    ) {
      this.pieces.shift();
      this.length -= first.length;
    }
  }

  toString(): string {
    return this.pieces.join('').slice(-this.longest);
  }
}
