import type { Speech, SpokenCall, Understood } from './speech.ts';
import type { Step } from './knowledge.ts';

/** The product's tools. `offered` are their names: without `edit_file` files are written whole. */
export function toolSpeech(offered: readonly string[]): Speech {
  return {
    call: (step, whole) => toolCall(step, whole || !offered.includes('edit_file')),
    understand,
    misspelt: ({ name, arguments: given }) => ({
      name,
      arguments: renamed(given, { oldText: 'old_text', newText: 'new_text', path: 'Path', summary: 'Summary' }),
    }),
    numbersAsText: ({ name, arguments: given }) => ({
      name,
      arguments: name === 'read_file' ? { startLine: '1', ...asText(given) } : given,
    }),
  };
}

function toolCall(step: Step, whole: boolean): SpokenCall {
  switch (step.kind) {
    case 'look':
      return { name: 'list_files', arguments: {} };
    case 'read': {
      const range = step.lines === undefined ? {} : { startLine: step.lines.from, endLine: step.lines.to };
      return { name: 'read_file', arguments: { path: step.path, ...range } };
    }
    case 'edit':
      return whole
        ? { name: 'write_file', arguments: { path: step.path, content: step.content } }
        : { name: 'edit_file', arguments: { path: step.path, oldText: step.oldText, newText: step.newText } };
    case 'test':
      return { name: 'run_tests', arguments: {} };
    case 'finish':
    default:
      return { name: 'finish', arguments: { summary: step.summary } };
  }
}

function understand(step: Step, replies: readonly string[]): Understood {
  const said = replies.join('\n');
  switch (step.kind) {
    case 'look':
      return said.includes(step.path) ? 'done' : 'not-done';
    case 'read':
      return said.includes(step.shows) ? 'done' : 'not-done';
    case 'edit':
      return /\b(?:Edited|Created|Replaced) \S/.test(said) ? 'done' : 'not-done';
    case 'test': {
      const counts = /\b\d+ passed, (\d+) failed/.exec(said);
      return counts === null ? 'not-done' : counts[1] === '0' ? 'done' : 'tests-fail';
    }
    case 'finish':
    default:
      return 'not-done';
  }
}

function renamed(given: SpokenCall['arguments'], names: Readonly<Record<string, string>>): SpokenCall['arguments'] {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [names[name] ?? name, value]));
}

function asText(given: SpokenCall['arguments']): SpokenCall['arguments'] {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typeof value === 'number' ? String(value) : value]),
  );
}
