import { scanBytes } from './scanBytes.ts';

const pageBytes = 65_536;
export const most8 = 127;

/** Memory that rows of bytes are scored in, where they lie. Places are bytes from its start. */
export interface ScanMemory {
  /** Another one after each growth; views of the old one are empty then. */
  readonly buffer: ArrayBufferLike;
  /** Makes the memory at least this long, in bytes. */
  grow(bytes: number): void;
  /**
   * For each of `count` rows of `stride` signed bytes (a multiple of 16): the dot product with the query's 16-bit numbers times the
   * row's scale, as 32-bit floats; minus infinity where the mask's byte is 0.
   */
  scan(query: number, rows: number, stride: number, scales: number, mask: number, scores: number, count: number): void;
  /**
   * Writes `length` floats (a multiple of 16) as signed bytes, the largest as 127, and answers what a byte is worth in the same vector
   * of length 1.
   */
  shrink(source: number, length: number, target: number): number;
}

/** With the processor's vector instructions, where the engine has them; else in plain code, which is about ten times slower. */
export function createScanMemory(): ScanMemory {
  return createWasmMemory() ?? createPlainMemory();
}

export function createWasmMemory(): ScanMemory | undefined {
  // Absent where machine code may not be made.
  const engine: unknown = Reflect.get(globalThis, 'WebAssembly');
  const code = Buffer.from(scanBytes, 'base64');
  if (!isWasmEngine(engine) || !engine.validate(code)) {
    return undefined;
  }
  const memory = new engine.Memory({ initial: 1 });
  const { scan, shrink } = new engine.Instance(new engine.Module(code), { m: { m: memory } }).exports;
  return {
    get buffer() {
      return memory.buffer;
    },
    grow: (bytes) => {
      const missing = bytes - memory.buffer.byteLength;
      if (missing > 0) {
        memory.grow(Math.ceil(missing / pageBytes));
      }
    },
    scan,
    shrink,
  };
}

/** What is used of the engine; the types of Node leave it out. */
interface WasmEngine {
  validate(code: Uint8Array): boolean;
  readonly Module: new (code: Uint8Array) => object;
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly Instance: new (module: object, given: object) => { readonly exports: Pick<ScanMemory, 'scan' | 'shrink'> };
}

function isWasmEngine(value: unknown): value is WasmEngine {
  return typeof value === 'object' && value !== null && 'validate' in value;
}

export function createPlainMemory(): ScanMemory {
  let buffer = new ArrayBuffer(pageBytes);
  return {
    get buffer() {
      return buffer;
    },
    grow: (bytes) => {
      if (bytes > buffer.byteLength) {
        const larger = new Uint8Array(Math.ceil(bytes / pageBytes) * pageBytes);
        larger.set(new Uint8Array(buffer));
        ({ buffer } = larger);
      }
    },
    scan: (query, rows, stride, scales, mask, scores, count) => {
      const weights = new Int16Array(buffer, query, stride);
      const all = new Int8Array(buffer, rows, count * stride);
      const scaleOf = new Float32Array(buffer, scales, count);
      const counts = new Uint8Array(buffer, mask, count);
      const scoreOf = new Float32Array(buffer, scores, count);
      for (let row = 0; row < count; row += 1) {
        scoreOf[row] =
          counts[row] === 0 ? Number.NEGATIVE_INFINITY : dot(weights, all, row * stride) * (scaleOf[row] ?? 0);
      }
    },
    shrink: (source, length, target) => {
      const floats = new Float32Array(buffer, source, length);
      const bytes = new Int8Array(buffer, target, length);
      const largest = floats.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      floats.forEach((value, index) => {
        bytes[index] = Math.round((value * most8) / largest);
      });
      return largest / most8 / Math.sqrt(dot(floats, floats, 0));
    },
  };
}

function dot(weights: Int16Array | Float32Array, all: Int8Array | Float32Array, start: number): number {
  let sum = 0;
  for (let index = 0; index < weights.length; index += 1) {
    sum += (weights[index] ?? 0) * (all[start + index] ?? 0);
  }
  return sum;
}
