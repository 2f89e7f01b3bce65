/** What is measured: something that keeps vectors and finds the nearest. Items are known by their number in the data. */
export interface SearchEngine {
  /** Puts all vectors into a folder of its own. Not measured. */
  build(folder: string, data: VectorData): Promise<void>;
  /** As a new process opens it, with all that comes before the first answer. */
  open(folder: string, data: VectorData): Promise<OpenedEngine>;
}

export interface OpenedEngine {
  search(query: Float32Array, count: number): Promise<readonly number[]>;
  /** Replaces the vectors of one file, durably; absent where the engine keeps nothing on disk. */
  update?(file: number, vectors: readonly Float32Array[]): Promise<void>;
  /** From the disk again at the next update, where there is a difference. */
  close(): Promise<void>;
}

export const dimensions = 384;
export const vectorsPerFile = 10;

export interface VectorData {
  readonly count: number;
  /** All vectors, one behind the other. */
  readonly all: Float32Array;
  vector(index: number): Float32Array;
}

export function asVectorData(all: Float32Array): VectorData {
  return {
    all,
    count: all.length / dimensions,
    vector: (index) => all.subarray(index * dimensions, (index + 1) * dimensions),
  };
}
