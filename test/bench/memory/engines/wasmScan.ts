import {
  add,
  addFloats,
  addFloatVectors,
  block,
  bump,
  type Code,
  end,
  floatLane,
  get,
  isBelow,
  isZero,
  jumpIf,
  list,
  loadVector,
  loop,
  multiplyVectors,
  set,
  signature,
  storeFloat,
  tee,
  type,
  wasmModule,
  zeroVector,
} from '../../../../scripts/wasmCode.ts';
import { dimensions, type SearchEngine } from '../searchEngine.ts';
import { largest } from './plainScan.ts';

/** Parameters, then locals, by their number. */
const [query, rows, scores, count, at, stop, low, high] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const rowBytes = dimensions * 4;

const sum = (into: number, offset: number): Code =>
  [
    get(rows),
    loadVector(offset),
    get(at),
    loadVector(offset),
    multiplyVectors,
    get(into),
    addFloatVectors,
    set(into),
  ].flat();

/** `scan(query, rows, scores, count)`: each row's dot product with the query, all of them 32-bit floats. */
const body: Code = [
  list([2, type.i32], [2, type.v128]),
  [block, get(count), isZero, jumpIf, loop],
  [zeroVector, set(low), zeroVector, set(high), get(query), tee(at)],
  [[0x41, (rowBytes & 0x7f) | 0x80, rowBytes >> 7], add, set(stop)],
  [
    loop,
    sum(low, 0),
    sum(high, 16),
    sum(low, 32),
    sum(high, 48),
    bump(at, 32),
    bump(at, 32),
    bump(rows, 32),
    bump(rows, 32),
  ],
  [get(at), get(stop), isBelow, jumpIf, end],
  [get(scores), get(low), get(high), addFloatVectors, set(low)],
  [0, 1, 2, 3].map((index) => [...get(low), ...floatLane(index), ...(index === 0 ? [] : addFloats)]),
  [storeFloat, bump(scores, 4), get(count), [0x41, 0x7f], add, tee(count), jumpIf, end, end, end],
].flatMap((part) => part.flat());

interface Wasm {
  readonly Module: new (code: Uint8Array) => object;
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (
    module: object,
    given: object,
  ) => { readonly exports: { scan(query: number, rows: number, scores: number, count: number): void } };
}

/** All vectors as they are, with vector instructions: as fast as memory can be read, on one core, without making them smaller. */
export const wasmScan: SearchEngine = {
  build: async () => undefined,
  async open(_, data) {
    const engine: Wasm = Reflect.get(globalThis, 'WebAssembly');
    const rowsAt = rowBytes;
    const scoresAt = rowsAt + data.count * rowBytes;
    const memory = new engine.Memory({ initial: Math.ceil((scoresAt + data.count * 4) / 65_536) });
    const code = wasmModule([{ title: 'scan', signature: signature(4), body }]);
    const { scan } = new engine.Instance(new engine.Module(code), { m: { m: memory } }).exports;
    new Float32Array(memory.buffer, rowsAt, data.all.length).set(data.all);
    return {
      search: async (wanted, count) => {
        new Float32Array(memory.buffer, 0, dimensions).set(wanted);
        scan(0, rowsAt, scoresAt, data.count);
        return largest(new Float32Array(memory.buffer, scoresAt, data.count), count);
      },
      close: async () => undefined,
    };
  },
};
