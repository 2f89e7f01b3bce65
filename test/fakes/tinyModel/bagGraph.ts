import type { Constant, Graph, Node } from './onnxFile.ts';

export interface BagModel {
  /** One row per token, all of one length. */
  readonly table: readonly (readonly number[])[];
  /** Weight of the mean of a text's tokens in the state of each: what makes the first token's state tell texts apart. */
  readonly context: number;
  /** Side of two square matrices that each run multiplies, to take time as a real model does. */
  readonly work: number;
}

/** An encoder with the inputs and outputs of BERT: the state of a token is its own row and the mean of all that the mask lets in. */
export function bagGraph({ table, context, work }: BagModel): Graph {
  const width = table[0]?.length ?? 0;
  const integers = (name: string, values: readonly number[], shape = [values.length]): Constant => ({
    name,
    type: 'int64',
    shape,
    values,
  });
  const floats = (name: string, values: readonly number[], shape = [values.length]): Constant => ({
    name,
    type: 'float',
    shape,
    values,
  });
  const node = (output: string, operator: string, inputs: readonly string[], attributes = {}): Node => ({
    output,
    operator,
    inputs,
    attributes,
  });
  const tokens = ['batch_size', 'sequence_length'];
  return {
    inputs: ['input_ids', 'attention_mask', 'token_type_ids'].map((name) => ({ name, type: 'int64', shape: tokens })),
    outputs: [{ name: 'last_hidden_state', type: 'float', shape: [...tokens, width] }],
    constants: [
      floats('table', table.flat(), [table.length, width]),
      floats('context', [context], []),
      floats('nothing', [0], []),
      integers('one', [1]),
      integers('two', [2]),
      integers('work_shape', [work, work]),
    ],
    nodes: [
      node('rows', 'Gather', ['table', 'input_ids']),
      node('mask', 'Cast', ['attention_mask'], { to: 1 }),
      node('column', 'Unsqueeze', ['mask', 'two']),
      node('let_in', 'Mul', ['rows', 'column']),
      node('sum', 'ReduceSum', ['let_in', 'one']),
      node('count', 'ReduceSum', ['column', 'one']),
      node('mean', 'Div', ['sum', 'count']),
      node('weighed', 'Mul', ['mean', 'context']),
      node('mixed', 'Add', ['rows', 'weighed']),
      node('types', 'Cast', ['token_type_ids'], { to: 1 }),
      node('types_column', 'Unsqueeze', ['types', 'two']),
      node('typed', 'Add', ['mixed', 'types_column']),
      // Of the input, so that the runtime cannot do it beforehand.
      node('seed', 'ReduceMax', ['mask'], { keepdims: 0 }),
      node('matrix', 'Expand', ['seed', 'work_shape']),
      node('product', 'MatMul', ['matrix', 'matrix']),
      node('largest', 'ReduceMax', ['product'], { keepdims: 0 }),
      node('worked', 'Mul', ['largest', 'nothing']),
      node('states', 'Add', ['typed', 'worked']),
      node('last_hidden_state', 'Tanh', ['states']),
    ],
  };
}
