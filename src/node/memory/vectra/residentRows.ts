import { BestRows } from './bestRows.ts';
import { most8, type ScanMemory } from './scanMemory.ts';

const blockRows = 4096;
const most16 = 32_767;
/** Before the blocks lie the query in two bytes a number, and a vector that is just being shrunk in four. */
const headBytes = 6;

interface Block {
  readonly rowsAt: number;
  readonly scalesAt: number;
  readonly scoresAt: number;
  readonly usedAt: number;
  readonly wantedAt: number;
}

/**
 * All vectors as signed bytes, each with a scale of its own, for finding the few that are then scored exactly. A row is a place
 * that is used again when it was given back. Memory: dimensions + 10 bytes a row, in blocks of 4,096 rows.
 */
export class ResidentRows {
  private readonly memory: ScanMemory;
  private readonly dimensions: number;
  /** Bytes of a row: the dimensions, rounded up to what one instruction takes. */
  private readonly stride: number;
  private readonly blocks: Block[] = [];
  private readonly free: number[] = [];
  private length = 0;

  constructor(memory: ScanMemory, dimensions: number) {
    this.memory = memory;
    this.dimensions = dimensions;
    this.stride = Math.ceil(dimensions / 16) * 16;
    this.memory.grow(this.stride * headBytes);
  }

  /** Rows that were ever used; all numbers of rows are below. */
  get end(): number {
    return this.length;
  }

  add(vector: Float32Array): number {
    const row = this.free.pop() ?? this.length++;
    if (row >= this.blocks.length * blockRows) {
      this.addBlock();
    }
    this.fill(row, vector);
    return row;
  }

  remove(row: number): void {
    const { usedAt } = this.blockOf(row);
    new Uint8Array(this.memory.buffer)[usedAt + (row % blockRows)] = 0;
    this.free.push(row);
  }

  clear(): void {
    for (const { usedAt } of this.blocks) {
      new Uint8Array(this.memory.buffer, usedAt, blockRows).fill(0);
    }
    this.free.length = 0;
    this.length = 0;
  }

  /** Rows that come first by their bytes, in no order; `wanted` says of which rows one may come. */
  nearest(query: Float32Array, count: number, wanted?: (row: number) => boolean): Int32Array {
    this.setQuery(query);
    const best = new BestRows(Math.min(count, this.length));
    this.blocks.forEach((block, index) => {
      const first = index * blockRows;
      const rows = Math.min(blockRows, this.length - first);
      if (rows <= 0) {
        return;
      }
      const mask = wanted === undefined ? block.usedAt : this.setWanted(block, first, rows, wanted);
      this.memory.scan(0, block.rowsAt, this.stride, block.scalesAt, mask, block.scoresAt, rows);
      best.offerAll(new Float32Array(this.memory.buffer, block.scoresAt, rows), first);
    });
    return best.all();
  }

  private addBlock(): void {
    const rowsAt = Math.ceil((this.stride * headBytes) / 64) * 64 + this.blocks.length * blockRows * (this.stride + 10);
    const scalesAt = rowsAt + blockRows * this.stride;
    const scoresAt = scalesAt + blockRows * 4;
    const usedAt = scoresAt + blockRows * 4;
    const wantedAt = usedAt + blockRows;
    this.memory.grow(wantedAt + blockRows);
    this.blocks.push({ rowsAt, scalesAt, scoresAt, usedAt, wantedAt });
  }

  private fill(row: number, vector: Float32Array): void {
    const { rowsAt, scalesAt, usedAt } = this.blockOf(row);
    const place = row % blockRows;
    const { buffer } = this.memory;
    const source = this.stride * 2;
    new Float32Array(buffer, source, this.stride).set(vector);
    const scale = this.memory.shrink(source, this.stride, rowsAt + place * this.stride);
    new Float32Array(buffer, scalesAt, blockRows)[place] = scale;
    new Uint8Array(buffer, usedAt, blockRows)[place] = 1;
  }

  /** As large as it can be without a sum that 32 bits do not hold. */
  private setQuery(query: Float32Array): void {
    const most = Math.min(most16, Math.floor((2 ** 31 - 1) / (most8 * this.stride)));
    const factor = most / largestOf(query);
    const weights = new Int16Array(this.memory.buffer, 0, this.stride);
    for (let index = 0; index < this.dimensions; index += 1) {
      weights[index] = Math.round((query[index] ?? 0) * factor);
    }
  }

  private setWanted(block: Block, first: number, rows: number, wanted: (row: number) => boolean): number {
    const used = new Uint8Array(this.memory.buffer, block.usedAt, rows);
    const mask = new Uint8Array(this.memory.buffer, block.wantedAt, rows);
    for (let index = 0; index < rows; index += 1) {
      mask[index] = used[index] === 1 && wanted(first + index) ? 1 : 0;
    }
    return block.wantedAt;
  }

  private blockOf(row: number): Block {
    const block = this.blocks[Math.floor(row / blockRows)];
    if (block === undefined) {
      throw new RangeError(`There is no row ${row}.`);
    }
    return block;
  }
}

function largestOf(vector: Float32Array): number {
  let largest = 0;
  for (let index = 0; index < vector.length; index += 1) {
    const size = Math.abs(vector[index] ?? 0);
    largest = size > largest ? size : largest;
  }
  return largest;
}
