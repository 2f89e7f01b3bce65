// Instructions and sections of WebAssembly as bytes. Codes: the core specification 2.0, binary format.

export type Code = readonly number[];

export const type = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
export const minusInfinity = [0x00, 0x00, 0x80, 0xff];

export function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** Signed LEB128 of a number from -64 to 63, which is all that is needed here. */
export function constant(value: number): Code {
  return [0x41, value & 0x7f];
}

export const get = (local: number): Code => [0x20, local];
export const set = (local: number): Code => [0x21, local];
export const tee = (local: number): Code => [0x22, local];
export const simd = (code: number, ...rest: readonly number[]): Code => [0xfd, ...unsigned(code), ...rest];
export const add: Code = [0x6a];
export const shiftLeft: Code = [0x74];
export const bump = (local: number, by: number): Code => [...get(local), ...constant(by), ...add, ...set(local)];
export const highest127: Code = [0x43, 0x00, 0x00, 0xfe, 0x42];
export const largerFloat: Code = [0x97];
export const addFloats: Code = [0x92];
export const rootFloat: Code = [0x91];
export const divideFloats: Code = [0x95];
export const multiplyFloats: Code = [0x94];
export const toFloat: Code = [0xb2];
export const loadFloat: Code = [0x2a, 2, 0];
export const storeFloat: Code = [0x38, 2, 0];
export const floatConstant: Code = [0x43];
export const loadByte: Code = [0x2d, 0, 0];
export const isZero: Code = [0x45];
export const isBelow: Code = [0x49];
export const block: Code = [0x02, 0x40];
export const loop: Code = [0x03, 0x40];
export const ifTrue: Code = [0x04, 0x40];
export const otherwise: Code = [0x05];
export const end: Code = [0x0b];
/** To the start of the innermost loop, or out of the innermost block. */
export const jumpIf: Code = [0x0d, 0];
export const loadVector = (offset: number): Code => simd(0, 0, offset);
export const extendLow = simd(0x87);
export const extendHigh = simd(0x88);
export const dotPairs = simd(0xba);
export const addVectors = simd(0xae);
export const lane = (index: number): Code => simd(0x1b, index);
export const floatLane = (index: number): Code => simd(0x1f, index);
export const storeVector: Code = simd(0x0b, 0, 0);
export const spreadFloat: Code = simd(0x13);
export const sizes: Code = simd(0xe0);
export const larger: Code = simd(0xe9);
export const addFloatVectors: Code = simd(0xe4);
export const multiplyVectors: Code = simd(0xe6);
export const round: Code = simd(0x6a);
export const toIntegers: Code = simd(0xf8);
export const narrowTo16: Code = simd(0x85);
export const narrowTo8: Code = simd(0x65);
export const zeroVector: Code = [...simd(0x0c), ...Array.from({ length: 16 }, () => 0)];

function name(text: string): Code {
  return [...unsigned(text.length), ...Array.from(text, (letter) => letter.charCodeAt(0))];
}

/** A list as the format has them: how many, then one behind the other. */
export function list(...parts: readonly Code[]): Code {
  return [...unsigned(parts.length), ...parts.flat()];
}

function sized(content: Code): Code {
  return [...unsigned(content.length), ...content];
}

function section(id: number, content: Code): Code {
  return [id, ...sized(content)];
}

export function signature(parameters: number, ...results: readonly number[]): Code {
  const taken = Array.from({ length: parameters }, () => [type.i32]);
  return [0x60, ...list(...taken), ...list(...results.map((result) => [result]))];
}

function exported(title: string, index: number): Code {
  return [...name(title), 0x00, index];
}

/** A module that takes the memory `m.m` and gives these functions. */
export function wasmModule(
  functions: readonly { readonly title: string; readonly signature: Code; readonly body: Code }[],
): Uint8Array {
  const magicAndVersion = [0, ...name('asm').slice(1), 1, 0, 0, 0];
  return Uint8Array.from(
    [
      magicAndVersion,
      section(1, list(...functions.map(({ signature }) => signature))),
      section(2, list([...name('m'), ...name('m'), 0x02, 0x00, 0x01])),
      section(3, list(...functions.map((_, index) => [index]))),
      section(7, list(...functions.map(({ title }, index) => exported(title, index)))),
      section(10, list(...functions.map(({ body }) => sized(body)))),
    ].flat(),
  );
}
