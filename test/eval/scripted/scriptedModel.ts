import { z } from 'zod';
import { planFormat } from '../../../src/core/models/plan.ts';
import type { ChatBody } from '../../fakes/ollama/chatBody.ts';
import type { FakeTurn } from '../../fakes/ollama/fakeTurn.ts';
import { shellTool, submitWord } from '../baseline/shellAction.ts';
import type { EvalTask } from '../evalTask.ts';
import { longFile, type Step, stepsTo } from './knowledge.ts';
import { dealMistakes, type Mistake } from './mistakes.ts';
import { shellSpeech } from './shellSpeech.ts';
import type { Speech, Understood } from './speech.ts';
import { toolSpeech } from './toolSpeech.ts';
import { misspoken } from './utterance.ts';

/**
 * `steady` does everything right; `bad-7b` knows what to do and gets much of it wrong on the way, in some tasks the end as well;
 * `no-tools` is right, and calls no tools: it has to be asked in another way.
 */
export const scriptedModels = ['steady', 'bad-7b', 'no-tools'] as const;
export type ScriptedName = (typeof scriptedModels)[number];

/** Times that a call is repeated before the model gets out of it by itself, without being told. */
const loopLength = 6;
/** Attempts to mend what the tests say is broken. */
const maxMends = 2;

/**
 * A model by policy: it answers what it is asked from what it was last told, with whatever tools are offered, so the same knowledge and
 * the same mistakes drive the product and the loop that it is compared with. One per run of a task.
 */
export function scriptedModel(name: ScriptedName, task: EvalTask, seed: number): (body: ChatBody) => FakeTurn {
  const isWeak = name === 'bad-7b';
  const solution = isWeak && task.weakModel === 'shortcut' ? (task.shortcut ?? {}) : task.reference;
  const steps = stepsTo(task, solution);
  const mind = new Mind(steps, isWeak ? dealMistakes(task.name, steps, seed) : []);
  return (body) => {
    // A plan is asked for in a conversation of its own.
    if (isEqual(body.format, planFormat)) return { text: JSON.stringify({ steps: steps.map(planned) }) };
    const turn = mind.answer(body, speechFor(body, task));
    return name === 'no-tools' ? inWords(turn, body) : turn;
  };
}

function isEqual(format: ChatBody['format'], wanted: object): boolean {
  return JSON.stringify(format) === JSON.stringify(wanted);
}

function planned(step: Step): string {
  return 'path' in step ? `${step.kind} ${step.path}` : step.kind;
}

function speechFor(body: ChatBody, task: EvalTask): Speech {
  const system = body.messages[0]?.content ?? '';
  if (system.includes(submitWord)) return shellSpeech(task.language);
  const decision = decisionSchema.safeParse(body.format).data?.properties.action.enum;
  return toolSpeech(decision ?? (body.tools ?? []).map((tool) => tool.function.name));
}

/** Of the schema that an answer is held to: the tools it can name. */
const decisionSchema = z.looseObject({
  properties: z.looseObject({ action: z.looseObject({ enum: z.array(z.string()) }) }),
});

/** A call in the text of the answer: a command as a code block, anything else by the schema that the answer is held to. */
function inWords({ calls = [], ...turn }: FakeTurn, body: ChatBody): FakeTurn {
  const [call] = calls;
  if (call === undefined) return turn;
  const given = z.record(z.string(), z.unknown()).parse(call.arguments);
  if (call.name === shellTool.name) return { text: `\`\`\`bash\n${String(given['command'])}\n\`\`\`` };
  const spoken = body.format === undefined ? { name: call.name, arguments: given } : { action: call.name, ...given };
  return { text: JSON.stringify(spoken) };
}

class Mind {
  private readonly steps: readonly Step[];
  private readonly mistakes: readonly (Mistake | undefined)[];
  private at = 0;
  /** Answers given to the present step. */
  private tries = 0;
  private mends = 0;
  /** Whether anything was said since the conversation began. */
  private spoke = false;
  private looped = 0;

  constructor(steps: readonly Step[], mistakes: readonly (Mistake | undefined)[]) {
    this.steps = steps;
    this.mistakes = mistakes;
  }

  answer(body: ChatBody, speech: Speech): FakeTurn {
    const last = body.messages.findLastIndex(({ role }) => role === 'assistant');
    if (last === -1 && this.spoke && this.at > 0) {
      // The work was handed back with the tests that fail.
      this.mend();
    } else if (last !== -1) {
      this.hear(body.messages.slice(last + 1), speech);
    }
    this.spoke = true;
    return this.say(speech);
  }

  private hear(replies: ChatBody['messages'], speech: Speech): void {
    const results = replies.filter(({ role }) => role === 'tool').map(({ content }) => content);
    const told = replies.filter(({ role }) => role === 'user').map(({ content }) => content);
    const step = this.step();
    const understood: Understood = speech.understand(step, [...results, ...told]);
    const mistake = this.mistakes[this.at];
    if (understood === 'done' && mistake?.kind === 'loop' && this.looped < loopLength && !nudged(told)) {
      this.looped += 1;
      return;
    }
    if (understood === 'tests-fail') {
      this.mend();
    } else if (understood === 'done') {
      this.go(this.at + 1);
    }
  }

  private step(): Step {
    const step = this.steps[this.at];
    if (step === undefined) throw new Error('The scripted model has no steps.');
    return step;
  }

  private go(at: number): void {
    this.at = Math.min(at, this.steps.length - 1);
    this.tries = 0;
    this.looped = 0;
  }

  /** Writes everything anew, or gives up and finishes. */
  private mend(): void {
    this.mends += 1;
    const first = this.steps.findIndex(({ kind }) => kind === 'edit');
    this.go(this.mends > maxMends ? this.steps.length - 1 : first);
  }

  private say(speech: Speech): FakeTurn {
    const mending = this.mends > 0;
    const step = this.step();
    // When mending, files are not read again.
    if (mending && step.kind === 'read') {
      this.go(this.at + 1);
      return this.say(speech);
    }
    const mistake = mending ? undefined : this.mistakes[this.at];
    this.tries += 1;
    const errs = mistake !== undefined && (this.tries <= mistake.times || mistake.kind === 'loop');
    const isLong = step.kind === 'edit' && step.content.split('\n').length > longFile;
    const whole = step.kind === 'edit' && !isLong && (mending || (errs && mistake.kind === 'placeholder'));
    const meant = errs ? bent(step, mistake) : step;
    const call = speech.call(meant, whole);
    return errs ? misspoken(call, mistake.kind, speech) : { calls: [call] };
  }
}

function nudged(told: readonly string[]): boolean {
  return told.some((text) => /\d+ times|something else/.test(text));
}

/** The step as the model gets its content wrong. */
function bent(step: Step, { kind }: Mistake): Step {
  if (step.kind !== 'edit') {
    return step;
  }
  if (kind === 'white-space') {
    return { ...step, ...withoutIndentation(step) };
  }
  return kind === 'placeholder' ? { ...step, content: withPlaceholder(step) } : step;
}

/** The indentation that all lines have is lost, as in text that was taken out of its place; else blanks stand at the ends. */
function withoutIndentation({ oldText, newText }: Step & { readonly kind: 'edit' }) {
  const lines = `${oldText}\n${newText}`.split('\n').filter((line) => line.trim() !== '');
  const common = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  if (common === 0) {
    return { oldText: oldText.replace(/$/gm, ' '), newText };
  }
  const cut = (text: string): string => text.replace(new RegExp(`^ {${common}}`, 'gm'), '');
  return { oldText: cut(oldText), newText: cut(newText) };
}

/** Only what changed, and a word that the rest is as it was. */
function withPlaceholder(step: Step & { readonly kind: 'edit' }): string {
  const mark = step.path.endsWith('.py') ? '#' : '//';
  return `${step.newText}\n${mark} ... rest of the file unchanged ...\n`;
}
