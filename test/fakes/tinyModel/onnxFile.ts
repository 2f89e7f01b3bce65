/** As much of the ONNX file format as a model of a dozen nodes needs: protobuf messages, written by hand. */

export const elementType = { float: 1, int64: 7 } as const;

type ElementType = keyof typeof elementType;

export interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  /** A text names a length that is known only when the model runs. */
  readonly shape: readonly (number | string)[];
}

export interface Constant {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

export interface Node {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, number>>;
}

export interface Graph {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly constants: readonly Constant[];
  readonly nodes: readonly Node[];
}

/** Versions of the file format and of the operators that the runtime has known for years. */
const formatVersion = 8;
const operatorSet = 15;

export function onnxFile(graph: Graph): Buffer {
  const body = [
    ...graph.nodes.map((node) => message(1, nodeProto(node))),
    text(2, 'scripted'),
    ...graph.constants.map((constant) => message(5, tensorProto(constant))),
    ...graph.inputs.map((input) => message(11, valueProto(input))),
    ...graph.outputs.map((output) => message(12, valueProto(output))),
  ];
  return Buffer.concat([number(1, formatVersion), message(7, body), message(8, [text(1, ''), number(2, operatorSet)])]);
}

function nodeProto({ operator, inputs, output, attributes = {} }: Node): Buffer[] {
  const integer = 2;
  return [
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(3, output),
    text(4, operator),
    ...Object.entries(attributes).map(([name, value]) =>
      message(5, [text(1, name), number(3, value), number(20, integer)]),
    ),
  ];
}

function tensorProto({ name, type, shape, values }: Constant): Buffer[] {
  const raw =
    type === 'float'
      ? Buffer.from(new Float32Array(values).buffer)
      : Buffer.from(new BigInt64Array(values.map(BigInt)).buffer);
  return [...shape.map((length) => number(1, length)), number(2, elementType[type]), text(8, name), bytes(9, raw)];
}

function valueProto({ name, type, shape }: ValueInfo): Buffer[] {
  const lengths = shape.map((length) => message(1, [typeof length === 'number' ? number(1, length) : text(2, length)]));
  return [text(1, name), message(2, [message(1, [number(1, elementType[type]), message(2, lengths)])])];
}

function message(field: number, parts: readonly Buffer[]): Buffer {
  return bytes(field, Buffer.concat(parts));
}

function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value));
}

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([variable(field * 8 + 2), variable(value.length), value]);
}

function number(field: number, value: number): Buffer {
  return Buffer.concat([variable(field * 8), variable(value)]);
}

/** Seven bits a byte, the lowest first; the highest bit says that more follow. */
function variable(value: number): Buffer {
  const out: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) {
      return Buffer.from([...out, left]);
    }
    out.push((left % 128) + 128);
  }
}
