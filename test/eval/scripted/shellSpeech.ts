import { testCommands } from '../baseline/baselineArm.ts';
import { submitWord } from '../baseline/shellAction.ts';
import type { EvalTask } from '../evalTask.ts';
import type { Step } from './knowledge.ts';
import type { Speech, Understood } from './speech.ts';

const end = 'NIGHTSHIFT_END';

/** The same steps as shell commands. */
export function shellSpeech(language: EvalTask['language']): Speech {
  return {
    call: (step, whole) => ({ name: 'bash', arguments: { command: command(step, whole, language) } }),
    understand,
    misspelt: ({ name, arguments: { command } }) => ({ name, arguments: { Command: command } }),
    // A shell command has no numbers of its own to get wrong.
    numbersAsText: (call) => call,
  };
}

function command(step: Step, whole: boolean, language: EvalTask['language']): string {
  switch (step.kind) {
    case 'look':
      return 'find . -type f | head -50';
    case 'read':
      return step.lines === undefined
        ? `cat ${step.path}`
        : `sed -n '${step.lines.from},${step.lines.to}p' ${step.path}`;
    case 'edit':
      return whole
        ? `cat > ${step.path} <<'${end}'\n${step.content.replace(/\n$/, '')}\n${end}\necho edited ${step.path}`
        : replaceCommand(step);
    case 'test':
      return testCommands[language];
    case 'finish':
    default:
      return `echo ${submitWord}`;
  }
}

/** Text in JSON is text in Python. */
function replaceCommand(step: Step & { readonly kind: 'edit' }): string {
  return [
    `python3 - <<'${end}'`,
    'from pathlib import Path',
    `path = Path(${JSON.stringify(step.path)})`,
    'text = path.read_text()',
    `old = ${JSON.stringify(step.oldText)}`,
    `assert text.count(old) == 1, 'the old text is not in the file once'`,
    `path.write_text(text.replace(old, ${JSON.stringify(step.newText)}))`,
    `print('edited', path)`,
    end,
  ].join('\n');
}

function understand(step: Step, replies: readonly string[]): Understood {
  const said = replies.join('\n');
  switch (step.kind) {
    case 'look':
      return said.includes(step.path) ? 'done' : 'not-done';
    case 'read':
      return said.includes(step.shows) ? 'done' : 'not-done';
    case 'edit':
      return said.includes(`edited ${step.path}`) ? 'done' : 'not-done';
    case 'test': {
      if (/^(?:#|ℹ) fail 0$/m.test(said) || /^OK(?: \(.*\))?$/m.test(said)) return 'done';
      return /^(?:#|ℹ) fail \d+$/m.test(said) || /^FAILED \(/m.test(said) ? 'tests-fail' : 'not-done';
    }
    case 'finish':
    default:
      return 'not-done';
  }
}
