import type { ToolContext } from '../tools/tool.ts';
import { openComments } from '../tasks/reviewComment.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';

/** Keeps an agent's answers to the user's comments; a number that is none of them is told with those that are. */
export function answerCommentIn(trace: TaskTrace, run: string): NonNullable<ToolContext['answerComment']> {
  return async (comment, text) => {
    const numbers = openComments(trace.task()).map(({ number }) => number);
    if (!numbers.includes(comment)) {
      return { unavailable: `There is no open comment ${comment}; the comments are ${numbers.join(', ')}.` };
    }
    await trace.record({ type: 'comment-answered', actor: 'agent', data: { run, comment, text } });
    return { kept: true };
  };
}
