import { failure } from '../../base/failure.ts';
import { fail, ok } from '../../base/result.ts';
import type { AgentPorts } from '../agents/agentRun.ts';
import { mostQuestions, openQuestion, questionAsked } from '../tasks/question.ts';
import type { Task } from '../tasks/task.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';
import type { EditStyle } from '../tools/editStyle.ts';
import type { ToolContext } from '../tools/tool.ts';
import type { StageEnd } from './stageEnd.ts';

/**
 * Keeps a question of the agent. The work is saved before it: once the question stands in the trace the run is over, however the host
 * goes on from there.
 */
export function askUserIn(
  trace: TaskTrace,
  run: string,
  checkpoint: AgentPorts['checkpoint'],
): NonNullable<ToolContext['askUser']> {
  return async (question, options, signal) => {
    const task = trace.task();
    if (openQuestion(task) !== undefined || task.questions.length >= mostQuestions) {
      const message = `You have asked ${mostQuestions} questions, and there are no more; decide it yourself.`;
      return fail(failure('no-more-questions', message));
    }
    const saved = await checkpoint(task.usage.steps, signal);
    if (!saved.ok) {
      return saved;
    }
    await trace.record({ type: 'question-asked', actor: 'agent', data: { run, question, options: [...options] } });
    return ok(undefined);
  };
}

/** Where the task goes once its agent asked. A host that was killed between a question and the move finds it asked. */
export function waitForAnswer(task: Task): StageEnd | undefined {
  const open = openQuestion(task);
  return open && { move: 'wait', by: 'host', reason: { code: questionAsked, message: open.question } };
}

/** A weak model would ask instead of reading. */
export function asksUser(style: EditStyle): boolean {
  return style !== 'whole';
}
