import type { Constant, Graph, Node, ValueInfo } from './onnxFile.ts';

/** What a scripted model says: state by state, the token it says there and the state that follows. */
export interface TokenScript {
  readonly vocabulary: number;
  /** Where each token that starts an answer leads; of every other token nothing is said. */
  readonly starts: ReadonlyMap<number, number>;
  /** `sharpness` 0 makes every token as likely as any other. */
  readonly states: readonly { readonly token: number; readonly next: number; readonly sharpness: number }[];
}

/**
 * A decoder whose next token follows from a state. The state is in its key-value cache, as the past of a real model is: the last
 * token of the prompt sets it, each run moves it on. Inputs and outputs are those of a decoder with one layer, one head and one
 * dimension. `work` is the side of two square matrices that each run multiplies, to take time as a real model does.
 */
export function scriptedGraph(script: TokenScript, work: number): Graph {
  const { vocabulary, starts, states } = script;
  const cache = (name: string, length: string): ValueInfo => ({
    name,
    type: 'float',
    shape: ['batch_size', 1, length, 1],
  });
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
  return {
    inputs: [
      { name: 'input_ids', type: 'int64', shape: ['batch_size', 'sequence_length'] },
      { name: 'attention_mask', type: 'int64', shape: ['batch_size', 'total_length'] },
      cache('past_key_values.0.key', 'past_length'),
      cache('past_key_values.0.value', 'past_length'),
    ],
    outputs: [
      { name: 'logits', type: 'float', shape: ['batch_size', 1, vocabulary] },
      cache('present.0.key', 'total_length'),
      cache('present.0.value', 'total_length'),
    ],
    constants: [
      integers('minus_one', [-1], []),
      integers('one', [1]),
      integers('two_ones', [1, 1]),
      integers('four_ones', [1, 1, 1, 1]),
      integers('flat', [-1]),
      integers('zero', [0], []),
      floats('before_any', [-1]),
      integers('depth', [vocabulary], []),
      floats('unlikely_and_likely', [0, 30]),
      integers(
        'starts',
        Array.from({ length: vocabulary }, (_, token) => starts.get(token) ?? -1),
      ),
      integers(
        'tokens',
        states.map(({ token }) => token),
      ),
      integers(
        'follows',
        states.map(({ next }) => next),
      ),
      floats(
        'sharpness',
        states.map(({ sharpness }) => sharpness),
      ),
      integers('work_shape', [work, work]),
      floats('nothing', [0], []),
    ],
    nodes: [
      node('last_token', 'Gather', ['input_ids', 'minus_one'], { axis: 1 }),
      node('started', 'Gather', ['starts', 'last_token']),
      node('past_flat', 'Reshape', ['past_key_values.0.key', 'flat']),
      node('past_states', 'Concat', ['before_any', 'past_flat'], { axis: 0 }),
      node('past_state', 'Gather', ['past_states', 'minus_one']),
      node('past_index', 'Cast', ['past_state'], { to: 7 }),
      node('followed', 'Gather', ['follows', 'past_index']),
      node('does_start', 'GreaterOrEqual', ['started', 'zero']),
      node('state', 'Where', ['does_start', 'started', 'followed']),
      node('token', 'Gather', ['tokens', 'state']),
      node('chosen', 'OneHot', ['token', 'depth', 'unlikely_and_likely'], { axis: 1 }),
      node('sharp', 'Gather', ['sharpness', 'state']),
      node('weighed', 'Mul', ['chosen', 'sharp']),
      node('last_float', 'Cast', ['last_token'], { to: 1 }),
      node('last_square', 'Reshape', ['last_float', 'two_ones']),
      node('matrix', 'Expand', ['last_square', 'work_shape']),
      node('product', 'MatMul', ['matrix', 'matrix']),
      node('largest', 'ReduceMax', ['product'], { keepdims: 0 }),
      node('worked', 'Mul', ['largest', 'nothing']),
      node('scores', 'Add', ['weighed', 'worked']),
      node('logits', 'Unsqueeze', ['scores', 'one']),
      node('input_shape', 'Shape', ['input_ids']),
      node('input_length', 'Gather', ['input_shape', 'one']),
      node('entry_shape', 'Concat', ['two_ones', 'input_length', 'one'], { axis: 0 }),
      node('state_float', 'Cast', ['state'], { to: 1 }),
      node('state_entry', 'Reshape', ['state_float', 'four_ones']),
      node('entries', 'Expand', ['state_entry', 'entry_shape']),
      node('present.0.key', 'Concat', ['past_key_values.0.key', 'entries'], { axis: 2 }),
      node('present.0.value', 'Concat', ['past_key_values.0.value', 'entries'], { axis: 2 }),
    ],
  };
}
