import type { TraceEventData } from '../trace/traceEvent.ts';
import type { Task } from './task.ts';

/** Why a task waits whose agent asked its user something. */
export const questionAsked = 'question-asked';

/** Questions of one task; after that its agent decides by itself. */
export const mostQuestions = 3;

/** A question of the agent, and what the user answered. */
export interface Question extends Omit<TraceEventData<'question-asked'>, 'run'> {
  /** Absent while the user has not answered. */
  readonly answer?: string;
}

/** The user goes on without an answer. */
export const noAnswer = 'Decide it yourself.';

/** The question that the task has no answer to; one that stands asked is not asked again. */
export function openQuestion({ questions }: Pick<Task, 'questions'>): Question | undefined {
  return questions.find(({ answer }) => answer === undefined);
}

/** A task asks one thing at a time, and only so often. */
export function withQuestion(task: Task, { question, options }: TraceEventData<'question-asked'>): Task {
  return openQuestion(task) !== undefined || task.questions.length >= mostQuestions
    ? task
    : { ...task, questions: [...task.questions, { question, options }] };
}

/** Whether the user's next resume answers what the agent asked. */
export function waitsForAnswer(task: Pick<Task, 'state' | 'reason' | 'questions'>): boolean {
  return task.state === 'waiting' && task.reason?.code === questionAsked && openQuestion(task) !== undefined;
}

export function withAnswer(questions: readonly Question[], answer: string): readonly Question[] {
  return questions.map((each) => (each.answer === undefined ? { ...each, answer } : each));
}
