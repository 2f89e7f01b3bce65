import type { FakeTurn } from '../../fakes/ollama/fakeTurn.ts';

const broken = '    this.#value = this.#value - step;';
const mended = '    this.#value = Math.max(0, this.#value - step);';

export const readTurn: FakeTurn = {
  text: 'I look at the counter first.',
  calls: [{ name: 'read_file', arguments: { path: 'src/counter.js' } }],
};
export const editTurn: FakeTurn = {
  calls: [{ name: 'edit_file', arguments: { path: 'src/counter.js', oldText: broken, newText: mended } }],
};
export const testTurn: FakeTurn = { calls: [{ name: 'run_tests', arguments: {} }] };
export const finishTurn: FakeTurn = {
  calls: [{ name: 'finish', arguments: { summary: 'down() stops at zero now.' } }],
};

/** Mends the fixture `node-counter`: reads, edits, runs the tests, finishes. */
export const mendingTurns: readonly FakeTurn[] = [
  readTurn,
  { ...editTurn, expect: { lastContains: 'this.#value - step', tools: ['edit_file', 'finish'] } },
  { ...testTurn, expect: { lastContains: 'Edited src/counter.js' } },
  { ...finishTurn, expect: { lastContains: '3 passed' } },
];

/** The same without a run of the tests by the agent: the shortest way to a proved changeset. */
export const shortTurns: readonly FakeTurn[] = [editTurn, finishTurn];
