import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { openQuestion, waitsForAnswer } from '../tasks/question.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';
import { resumeTask } from './resumeTask.ts';

/** The user answers what the agent asked. The answer is part of the move that lets the task go on: there is never one without the other. `question` is what the user was shown. */
export async function answerQuestion(
  trace: TaskTrace,
  text: string,
  question?: string,
): Promise<Result<boolean, Failure>> {
  const task = trace.task();
  if (!waitsForAnswer(task)) {
    const message = `The agent of this task has asked nothing; \`nightshift say ${task.id}\` tells it something all the same.`;
    return fail(failure('no-question', message));
  }
  if (question !== undefined && openQuestion(task)?.question !== question) {
    return fail(
      failure('no-question', 'This was answered already, and the agent asks something else now; look at it first.'),
    );
  }
  const resumed = await resumeTask(trace, { note: text });
  return resumed.ok ? ok(true) : resumed;
}
