// Makes the WebAssembly module that `src/node/memory/vectra/scanBytes.ts` holds; `node scripts/scanModule.ts` writes that file again.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type,
  minusInfinity,
  constant,
  get,
  set,
  tee,
  add,
  shiftLeft,
  bump,
  highest127,
  largerFloat,
  addFloats,
  rootFloat,
  divideFloats,
  multiplyFloats,
  toFloat,
  loadFloat,
  storeFloat,
  floatConstant,
  loadByte,
  isZero,
  isBelow,
  block,
  loop,
  ifTrue,
  otherwise,
  end,
  jumpIf,
  loadVector,
  extendLow,
  extendHigh,
  dotPairs,
  addVectors,
  lane,
  floatLane,
  storeVector,
  spreadFloat,
  sizes,
  larger,
  addFloatVectors,
  multiplyVectors,
  round,
  toIntegers,
  narrowTo16,
  narrowTo8,
  zeroVector,
  list,
  signature,
  wasmModule,
  type Code,
} from './wasmCode.ts';

/** Parameters, then locals, by their number: of `scan`. */
const [query, rows, stride, scales, mask, scores, count, at, weight, stop, low, high, row] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
] as const;

/** accumulator += dot of eight bytes of the row, widened, with eight of the query's numbers. */
function accumulate(accumulator: number, widen: Code, offset: number): Code {
  return [...get(row), ...widen, ...get(weight), ...loadVector(offset), ...dotPairs, ...get(accumulator)].concat(
    addVectors,
    set(accumulator),
  );
}

/** 16 numbers of the row at a time; two sums, so that neither waits for the other. */
const sumRow: Code = [
  ...zeroVector,
  ...set(low),
  ...zeroVector,
  ...set(high),
  ...get(query),
  ...set(weight),
  ...get(rows),
  ...tee(at),
  ...get(stride),
  ...add,
  ...set(stop),
  ...loop,
  ...get(at),
  ...loadVector(0),
  ...set(row),
  ...accumulate(low, extendLow, 0),
  ...accumulate(high, extendHigh, 16),
  ...bump(weight, 32),
  ...bump(at, 16),
  ...get(at),
  ...get(stop),
  ...isBelow,
  ...jumpIf,
  ...end,
];

/** scores[i] = sum of the four lanes of both sums * scales[i] */
const storeScore: Code = [
  ...get(scores),
  ...get(low),
  ...get(high),
  ...addVectors,
  ...set(low),
  ...[0, 1, 2, 3].flatMap((index) => [...get(low), ...lane(index), ...(index === 0 ? [] : add)]),
  ...toFloat,
  ...get(scales),
  ...loadFloat,
  ...multiplyFloats,
  ...storeFloat,
];

/**
 * `scan(query, rows, stride, scales, mask, scores, count)`: for each of `count` rows of `stride` signed bytes (a multiple of 16) the
 * dot product with the query's 16-bit numbers times the row's scale, a 32-bit float each; minus infinity where the mask is 0.
 */
const scanBody: Code = [
  ...block,
  ...get(count),
  ...isZero,
  ...jumpIf,
  ...loop,
  ...get(mask),
  ...loadByte,
  ...ifTrue,
  ...sumRow,
  ...storeScore,
  ...otherwise,
  ...get(scores),
  ...floatConstant,
  ...minusInfinity,
  ...storeFloat,
  ...end,
  ...get(rows),
  ...get(stride),
  ...add,
  ...set(rows),
  ...bump(scales, 4),
  ...bump(mask, 1),
  ...bump(scores, 4),
  ...get(count),
  ...constant(-1),
  ...add,
  ...tee(count),
  ...jumpIf,
  ...end,
  ...end,
  ...end,
];

/** Of `shrink`. */
const shrinking = {
  source: 0,
  length: 1,
  target: 2,
  at: 3,
  stop: 4,
  largest: 5,
  squares: 6,
  part: 7,
  factor: 8,
} as const;

const overLanes = (local: number, join: Code): Code =>
  [0, 1, 2, 3].flatMap((index) => [...get(local), ...floatLane(index), ...(index === 0 ? [] : join)]);

/** Eight numbers from byte `offset` on as 16-bit integers: four times the factor, rounded, twice. */
const eightAt = (offset: number): Code =>
  [offset, offset + 16]
    .flatMap((from) => [
      ...get(shrinking.at),
      ...loadVector(from),
      ...get(shrinking.factor),
      ...multiplyVectors,
      ...round,
      ...toIntegers,
    ])
    .concat(narrowTo16);

const nextSixteen: Code = [
  ...bump(shrinking.at, 32),
  ...bump(shrinking.at, 32),
  ...get(shrinking.at),
  ...get(shrinking.stop),
  ...isBelow,
  ...jumpIf,
  ...end,
];

const measurePart = (offset: number): Code => [
  ...get(shrinking.at),
  ...loadVector(offset),
  ...tee(shrinking.part),
  ...sizes,
  ...get(shrinking.largest),
  ...larger,
  ...set(shrinking.largest),
  ...get(shrinking.part),
  ...get(shrinking.part),
  ...multiplyVectors,
  ...get(shrinking.squares),
  ...addFloatVectors,
  ...set(shrinking.squares),
];

const fromSource: Code = [...get(shrinking.source), ...set(shrinking.at), ...loop];

/**
 * `shrink(source, length, target)`: writes `length` 32-bit floats (a multiple of 16) as signed bytes, the largest as 127, and answers
 * what a byte is worth in a vector of length 1: largest / 127 / length of the vector.
 */
const shrinkBody: Code = [
  ...get(shrinking.source),
  ...get(shrinking.length),
  ...constant(2),
  ...shiftLeft,
  ...add,
  ...set(shrinking.stop),
  ...fromSource,
  ...[0, 16, 32, 48].flatMap(measurePart),
  ...nextSixteen,
  ...highest127,
  ...overLanes(shrinking.largest, largerFloat),
  ...divideFloats,
  ...spreadFloat,
  ...set(shrinking.factor),
  ...fromSource,
  ...get(shrinking.target),
  ...eightAt(0),
  ...eightAt(32),
  ...narrowTo8,
  ...storeVector,
  ...bump(shrinking.target, 16),
  ...nextSixteen,
  ...overLanes(shrinking.largest, largerFloat),
  ...highest127,
  ...divideFloats,
  ...overLanes(shrinking.squares, addFloats),
  ...rootFloat,
  ...divideFloats,
  ...end,
];

/** The module takes the memory `m.m` and gives the functions `scan` and `shrink`. */
export function scanModule(): Uint8Array {
  const scanLocals = list([3, type.i32], [3, type.v128]);
  const shrinkLocals = list([2, type.i32], [4, type.v128]);
  return wasmModule([
    { title: 'scan', signature: signature(7), body: [...scanLocals, ...scanBody] },
    { title: 'shrink', signature: signature(3, type.f32), body: [...shrinkLocals, ...shrinkBody] },
  ]);
}

export function scanSource(): string {
  const text = Buffer.from(scanModule()).toString('base64');
  const lines = text.match(/.{1,100}/g) ?? [];
  return [
    '/** Made by `node scripts/scanModule.ts`; never by hand. */',
    'export const scanBytes =',
    `${lines.map((line) => `  '${line}'`).join(' +\n')};`,
    '',
  ].join('\n');
}

if (import.meta.main) {
  writeFileSync(join(import.meta.dirname, '../src/node/memory/vectra/scanBytes.ts'), scanSource());
}
