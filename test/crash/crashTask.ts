import type { ChatBody } from '../fakes/ollama/chatBody.ts';
import type { FakeTurn } from '../fakes/ollama/fakeTurn.ts';

const mended = '    this.#value = Math.max(0, this.#value - step);';
const clampSource = 'export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));\n';
const clampTest = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clamp } from '../src/limits/clamp.js';

test('clamps', () => {
  assert.equal(clamp(5, 0, 3), 3);
});
`;

/** The repository that the task is about: one test fails. */
export const repositoryFiles: Readonly<Record<string, string>> = {
  'package.json': '{ "name": "counter", "version": "1.0.0", "type": "module", "scripts": { "test": "node --test" } }\n',
  'README.md': '# Counter\n\nCounts up and down.\n',
  'notes/old.md': 'Nobody reads this.\n',
  'src/counter.js':
    'export class Counter {\n  #value = 0;\n  get value() {\n    return this.#value;\n  }\n' +
    '  down(step = 1) {\n    this.#value = this.#value - step;\n    return this;\n  }\n}\n',
  'test/counter.test.js':
    "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\n" +
    "import { Counter } from '../src/counter.js';\n\ntest('stops at zero', () => {\n" +
    '  assert.equal(new Counter().down().value, 0);\n});\n',
};

/** The files that the patch touches, each in a way of its own. */
export const patchedPaths = [
  'README.md',
  'notes/old.md',
  'src/counter.js',
  'src/limits/clamp.js',
  'test/clamp.test.js',
];

export const goal = 'stop at zero, and clamp';

interface Change {
  readonly path: string;
  /** Whether a look at the file shows that the change is still to be made. */
  readonly isMissing: (seen: string) => boolean;
  readonly call: { readonly name: string; readonly arguments: Record<string, unknown> };
}

const changes: readonly Change[] = [
  {
    path: 'src/counter.js',
    isMissing: (seen) => seen.includes('this.#value - step;') && !seen.includes('Math.max'),
    call: edit('src/counter.js', '    this.#value = this.#value - step;', mended),
  },
  {
    path: 'src/limits/clamp.js',
    isMissing: (seen) => !seen.includes('const clamp ='),
    call: { name: 'write_file', arguments: { path: 'src/limits/clamp.js', content: clampSource } },
  },
  {
    path: 'README.md',
    isMissing: (seen) => !seen.includes('stops at zero'),
    call: edit('README.md', 'Counts up and down.', 'Counts up and down, and stops at zero.'),
  },
  {
    path: 'notes/old.md',
    isMissing: (seen) => seen.includes('Nobody reads this'),
    call: { name: 'delete_file', arguments: { path: 'notes/old.md' } },
  },
  {
    path: 'test/clamp.test.js',
    isMissing: (seen) => !seen.includes("test('clamps'"),
    call: { name: 'write_file', arguments: { path: 'test/clamp.test.js', content: clampTest } },
  },
];

/**
 * A model that looks before it changes: list, then for each file read and change what is not as it is to be, run the tests,
 * finish. From the start these are 13 steps; a run that goes on from a checkpoint takes fewer, to the same result.
 */
export function crashModel({ messages }: ChatBody): FakeTurn {
  const results = messages.filter((message) => message.role === 'tool').map((message) => message.content);
  const queue: { readonly name: string; readonly arguments: Record<string, unknown> }[] = [
    { name: 'list_files', arguments: {} },
  ];
  let position = 1;
  for (const change of changes) {
    queue.push({ name: 'read_file', arguments: { path: change.path } });
    const seen = results[position];
    position += 1;
    if (seen !== undefined && change.isMissing(seen)) {
      queue.push(change.call);
      position += 1;
    }
  }
  queue.push({ name: 'run_tests', arguments: {} }, { name: 'finish', arguments: { summary: 'It stops at zero.' } });
  const due = queue[results.length];
  return due === undefined ? { text: 'All is done.' } : { calls: [due] };
}

function edit(path: string, oldText: string, newText: string): Change['call'] {
  return { name: 'edit_file', arguments: { path, oldText, newText } };
}
