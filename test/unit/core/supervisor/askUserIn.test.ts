import { describe, expect, it } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import type { AgentPorts } from '../../../../src/core/agents/agentRun.ts';
import { answerQuestion } from '../../../../src/core/supervisor/answerQuestion.ts';
import { asksUser, askUserIn, waitForAnswer } from '../../../../src/core/supervisor/askUserIn.ts';
import { moveTask } from '../../../../src/core/supervisor/taskPipeline.ts';
import { mostQuestions, questionAsked } from '../../../../src/core/tasks/question.ts';
import { askUser } from '../../../../src/core/tools/askUser.ts';
import { editStyleOf } from '../../../../src/core/tools/editStyle.ts';
import { toolsFor } from '../../../../src/core/tools/toolRegistry.ts';
import { longestOption } from '../../../../src/core/trace/conversationEvents.ts';
import { MemorySandbox } from '../../../fakes/memorySandbox.ts';
import { Killed, MemoryTaskTrace } from '../../../fakes/memoryTaskTrace.ts';
import { created, entry } from '../../../fakes/traceEvents.ts';

const { signal } = new AbortController();
const saved: AgentPorts['checkpoint'] = async () => ok(undefined);

async function working(): Promise<MemoryTaskTrace> {
  const trace = new MemoryTaskTrace();
  await trace.record(created());
  await moveTask({ trace }, { move: 'prepare', by: 'host' });
  await moveTask({ trace }, { move: 'work', by: 'host' });
  await trace.record(entry('run-started', { run: 'run-1', agent: 'implementer', tree: 't0' }));
  return trace;
}

async function waits(trace: MemoryTaskTrace): Promise<void> {
  const end = waitForAnswer(trace.task());
  expect(end).toMatchObject({ move: 'wait', reason: { code: questionAsked } });
  await (end === undefined ? undefined : moveTask({ trace }, end));
}

const ask = (trace: MemoryTaskTrace, question: string, options: readonly string[] = [], checkpoint = saved) =>
  askUserIn(trace, 'run-1', checkpoint)(question, options, signal);

describe('a question of an agent', () => {
  it('stands in the trace after the work was saved, and not where it could not be saved', async () => {
    const trace = await working();
    const before = trace.events.length;
    const lost = async () => fail(failure('sandbox-lost', 'The box is gone.'));
    expect(await ask(trace, 'Stop?', [], lost)).toMatchObject({ ok: false, error: { reason: 'sandbox-lost' } });
    expect(trace.events).toHaveLength(before);
    expect(waitForAnswer(trace.task())).toBeUndefined();
    expect(await ask(trace, 'Stop?', ['Yes.'])).toEqual(ok(undefined));
    expect(trace.task().questions).toEqual([{ question: 'Stop?', options: ['Yes.'] }]);
  });

  it('is not lost where the host ends before the task waits', async () => {
    const trace = await working();
    trace.killAfter = trace.events.length + 1;
    await expect(ask(trace, 'Stop?')).rejects.toThrow(Killed);
    trace.killAfter = Number.POSITIVE_INFINITY;
    await waits(trace);
    expect(await answerQuestion(trace, 'Yes.')).toEqual(ok(true));
    expect(trace.task()).toMatchObject({ state: 'working', questions: [{ question: 'Stop?', answer: 'Yes.' }] });
  });

  it('is answered once, and by what was said to it alone', async () => {
    const trace = await working();
    expect(await answerQuestion(trace, 'Yes.')).toMatchObject({ ok: false, error: { reason: 'no-question' } });
    await ask(trace, 'Stop?');
    await waits(trace);
    const other = await answerQuestion(trace, 'Yes.', 'Go on?');
    expect(other).toMatchObject({ ok: false, error: { reason: 'no-question' } });
    expect(await answerQuestion(trace, 'Yes.', 'Stop?')).toEqual(ok(true));
    expect(await answerQuestion(trace, 'No.', 'Stop?')).toMatchObject({ ok: false, error: { reason: 'no-question' } });
    expect(trace.task().questions).toEqual([{ question: 'Stop?', options: [], answer: 'Yes.' }]);
  });

  it('is refused once the agent has asked all that it may', async () => {
    const trace = await working();
    for (let round = 1; round <= mostQuestions; round += 1) {
      expect(await ask(trace, `${round}?`)).toEqual(ok(undefined));
      await waits(trace);
      await answerQuestion(trace, 'Yes.');
    }
    expect(await ask(trace, 'And?')).toMatchObject({ ok: false, error: { reason: 'no-more-questions' } });
    expect(waitForAnswer(trace.task())).toBeUndefined();
  });
});

describe('the tool that asks', () => {
  it.each([
    ['weak', false],
    ['unfit', false],
    ['capable', true],
    ['strong', true],
    [undefined, true],
  ] as const)('is offered to a model of the grade %s: %j', (level, offered) => {
    const tools = toolsFor(['read', 'write', 'execute', 'finish'], { questions: asksUser(editStyleOf(level)) });
    expect(tools.includes(askUser)).toBe(offered);
  });

  it('hands on each answer to choose from once, and none that is too long to be read whole', async () => {
    const asked: unknown[] = [];
    const options = ` Yes. \n\nNo\u202e.\nYes.\n${'x'.repeat(longestOption + 1)}`;
    const outcome = await askUser.execute(
      { question: 'Stop?', options },
      {
        sandbox: new MemorySandbox(),
        signal,
        runTests: async () => ({ unavailable: '' }),
        askUser: async (question, choices) => {
          asked.push([question, choices]);
          return ok(undefined);
        },
      },
    );
    expect(asked).toEqual([['Stop?', ['Yes.', 'No<U+202E>.']]]);
    expect(outcome).toMatchObject({ ok: true, asked: { question: 'Stop?' } });
  });

  it('tells the agent to decide where nobody is asked, or no more', async () => {
    const context = { sandbox: new MemorySandbox(), signal, runTests: async () => ({ unavailable: '' }) };
    expect(await askUser.execute({ question: 'Stop?' }, context)).toMatchObject({ ok: false, reason: 'cannot-ask' });
    const refusing = { ...context, askUser: async () => fail(failure('no-more-questions', 'Decide it yourself.')) };
    expect(await askUser.execute({ question: 'Stop?' }, refusing)).toMatchObject({
      ok: false,
      message: 'Decide it yourself.',
    });
  });
});
