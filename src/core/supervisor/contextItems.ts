import type { Proof } from '../changes/proof/proof.ts';
import type { ContextItem } from '../models/contextItem.ts';
import { openComments } from '../tasks/reviewComment.ts';
import type { Task } from '../tasks/task.ts';

/** What of failing tests is worth a small model's window: how many, and characters of each message and of all. */
const maxFailures = 5;
const maxMessage = 600;
const maxText = 2_500;

/**
 * What to do, what the repository says to agents, where the task came from, what is remembered of the like, what is known of the last attempt; the goal first, the
 * user's newest words last.
 */
export function contextItems(
  task: Task,
  guidance: readonly ContextItem[] = [],
  recalled: readonly ContextItem[] = [],
): readonly ContextItem[] {
  return [
    { source: 'goal', tainted: false, text: `Goal: ${task.goal}` },
    ...guidance,
    ...originItems(task),
    ...recalled,
    ...attemptItems(task),
    ...reviewItems(task),
    ...questionItems(task),
    ...noteItems(task),
  ];
}

function originItems({ origin }: Task): ContextItem[] {
  const { file, startLine, endLine, text } = origin;
  if (file === undefined && (text ?? '') === '') {
    return [];
  }
  const place = {
    ...(file === undefined ? {} : { path: file }),
    ...(startLine === undefined ? {} : { startLine }),
    ...(endLine === undefined ? {} : { endLine }),
  };
  return [{ source: 'origin', tainted: true, why: 'what the goal is about', ...place, text: text ?? '' }];
}

function attemptItems(task: Task): ContextItem[] {
  const { proof } = task;
  if (task.runs === 0) {
    return [];
  }
  const red = proof?.verdict === 'red';
  const how = red
    ? 'An earlier attempt was not good enough: its tests fail.'
    : proof === undefined
      ? 'An earlier attempt was interrupted.'
      : 'The user has looked at the result, and has something to say about it.';
  const present = task.checkpoint === undefined ? '' : ' The files already contain what it had changed.';
  const said: ContextItem[] = red
    ? [{ source: 'attempt', tainted: true, why: 'what the tests said of it', text: failureText(proof) }]
    : [];
  return [{ source: 'attempt', tainted: false, text: `${how}${present}` }, ...said];
}

/** Each comment with the lines that it is about, which the agent wrote and which may have moved since. */
function reviewItems(task: Task): ContextItem[] {
  const open = openComments(task);
  const head: ContextItem = {
    source: 'review',
    tainted: false,
    text: 'The user commented on the result. Act on each comment, then answer it with answer_comment.',
  };
  const comments = open.flatMap(({ number, path, startLine, endLine, quote, text, answer }): ContextItem[] => [
    {
      source: 'review',
      tainted: true,
      why: `comment ${number} is about`,
      path,
      startLine: startLine + 1,
      endLine: endLine + 1,
      text: quote,
    },
    {
      source: 'review',
      tainted: false,
      text: `Comment ${number}: ${text}${answer === undefined ? '' : `\n(You answered it before: ${answer})`}`,
    },
  ]);
  return comments.length === 0 ? [] : [head, ...comments];
}

/** What the agent asked is its own text; what the user answered counts as the goal does. */
function questionItems({ questions }: Task): ContextItem[] {
  return questions.flatMap(({ question, answer }): ContextItem[] =>
    answer === undefined
      ? []
      : [
          { source: 'note', tainted: true, why: 'what you asked the user', text: question },
          { source: 'note', tainted: false, text: `The user answers:\n${answer}` },
        ],
  );
}

/** The user's own words count as the goal does; the newest stand last. */
function noteItems({ notes }: Task): ContextItem[] {
  return notes.map((note, at) => ({
    source: 'note',
    tainted: false,
    text: at === 0 ? `The user says about it:\n${note}` : note,
  }));
}

/** The failing tests with their messages; the end of the output where the runner does not tell tests apart. */
function failureText({ patched }: Proof): string {
  const failing = patched.tests.filter((test) => test.status === 'failed').slice(0, maxFailures);
  const text = failing.map((test) => `- ${test.name}: ${(test.message ?? 'failed').slice(0, maxMessage)}`).join('\n');
  const tail = patched.outputTail === '' ? (patched.cannotRun ?? '') : patched.outputTail;
  return text === '' ? tail.slice(-maxText) : text.slice(0, maxText);
}
