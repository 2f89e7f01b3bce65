import { describe, expect, it } from 'vitest';
import { failure } from '../../../src/base/failure.ts';
import { fail, ok } from '../../../src/base/result.ts';
import type { ChatRequest, LanguageModel, ModelFailureReason, Turn } from '../../../src/core/models/languageModel.ts';
import { usualEvalLimits } from '../runEval.ts';
import { runBaseline } from './baselineLoop.ts';
import { submitWord } from './shellAction.ts';

type Answer = Partial<Turn> | ModelFailureReason;

const command = (text: string, id = 'c1'): Partial<Turn> => ({
  calls: [{ id, name: 'bash', arguments: { command: text } }],
});

/** Plays answers against the loop; a command answers `ran: ` and itself. */
async function play(answers: readonly Answer[], more: { hasTools?: boolean; steps?: number; newTokens?: number } = {}) {
  const requests: ChatRequest[] = [];
  const commands: string[] = [];
  const model: LanguageModel = {
    id: { driver: 'replay', name: 'played' },
    probe: () => Promise.reject(new Error('not asked')),
    chat: async (request) => {
      const answer = answers[Math.min(requests.length, answers.length - 1)];
      requests.push(structuredClone(request));
      if (answer === undefined || typeof answer === 'string') return fail(failure(answer ?? 'aborted', 'x'));
      const turn: Turn = { text: '', thinking: '', calls: [], finish: 'stop', usage: {}, milliseconds: 1, ...answer };
      return ok(turn);
    },
  };
  const end = await runBaseline(
    {
      model,
      hasTools: more.hasTools ?? true,
      run: async (line) => {
        commands.push(line);
        const stdout = line.startsWith('echo ') ? line.slice(5) : `ran: ${line}`;
        return { exitCode: 0, timedOut: line.startsWith('sleep'), stdout, stderr: '' };
      },
      note: () => undefined,
      sleep: async () => undefined,
    },
    'Mend it.',
    {
      ...usualEvalLimits,
      ...(more.steps === undefined ? {} : { steps: more.steps }),
      ...(more.newTokens === undefined ? {} : { newTokens: more.newTokens }),
    },
  );
  return { end, requests, commands, last: requests.at(-1)?.messages.at(-1)?.content ?? '' };
}

const submit = command(`echo ${submitWord}`);

describe('the one-tool loop', () => {
  it('runs one command a turn, shows what it printed, and ends when the model submits', async () => {
    const { end, commands, requests } = await play([command('ls'), submit]);
    expect(end).toMatchObject({ ended: 'submitted', steps: 2, malformed: 0 });
    expect(commands).toEqual(['ls', `echo ${submitWord}`]);
    expect(requests[1]?.messages.at(-1)).toMatchObject({ role: 'tool', callId: 'c1', content: 'exit code 0\nran: ls' });
  });

  it('does not take a text that only speaks of the word for a submission', async () => {
    const { end } = await play([command(`grep ${submitWord} .`), submit]);
    expect(end).toMatchObject({ ended: 'submitted', steps: 2 });
  });

  it('runs the first of several calls and answers the others, so that the history stays legal', async () => {
    const both = { calls: [...(command('ls', 'c1').calls ?? []), ...(command('pwd', 'c2').calls ?? [])] };
    const { commands, requests } = await play([both, submit]);
    expect(commands[0]).toBe('ls');
    expect(commands).not.toContain('pwd');
    expect(requests[1]?.messages.slice(-2)).toMatchObject([
      { callId: 'c1' },
      { callId: 'c2', content: expect.stringMatching(/^Not run/) },
    ]);
  });

  it('takes the only code block of a text, and says of it whether that was asked for', async () => {
    const block = { text: 'I look.\n```bash\nls\n```' };
    expect((await play([block, submit])).end).toMatchObject({ ended: 'submitted', malformed: 1 });
    const worded = await play([block, { text: `\`\`\`bash\necho ${submitWord}\n\`\`\`` }], { hasTools: false });
    expect(worded.end).toMatchObject({ ended: 'submitted', malformed: 0 });
    expect(worded.requests[0]?.tools).toEqual([]);
  });

  it.each<[string, Answer, RegExp]>([
    ['prose', { text: 'I will look.' }, /no command/],
    ['nothing', {}, /no command/],
    ['a wrong name', { calls: [{ id: 'c1', name: 'Bash', arguments: { command: 'ls' } }] }, /the only tool is bash/],
    ['a call that was cut off', { ...command('ls'), finish: 'length' }, /cut off/],
    ['a call that the server could not read', 'malformed-call', /the only tool is bash/],
  ])('tells a model what was wrong that answers %s, and goes on', async (_, answer, told) => {
    const { end, requests, commands } = await play([answer, submit]);
    expect(end).toMatchObject({ ended: 'submitted', malformed: 1, steps: 2 });
    expect(requests[1]?.messages.at(-1)?.content).toMatch(told);
    expect(commands).toHaveLength(1);
  });

  it('gives up after three answers in a row without a command', async () => {
    expect((await play([{ text: 'hm' }])).end).toMatchObject({ ended: 'repeated-format-error', steps: 3 });
    const between = [{ text: 'hm' }, { text: 'hm' }, command('ls'), { text: 'hm' }, { text: 'hm' }, submit];
    expect((await play(between)).end.ended).toBe('submitted');
  });

  it('keeps to the limits of steps, of new tokens and of the window', async () => {
    expect((await play([command('ls')], { steps: 4 })).end).toMatchObject({ ended: 'step-limit', steps: 4 });
    const spent = await play([command('ls')], { newTokens: 6_000 });
    expect(spent.end.ended).toBe('budget-exhausted');
    expect(spent.end.newTokens).toBeLessThanOrEqual(6_000);
    const long = await play([command(`cat ${'x'.repeat(9_000)}`)], { newTokens: 1_000_000 });
    expect(long.end.ended).toBe('context-exceeded');
  });

  it('asks a busy server again, and ends with the reason of one that cannot answer', async () => {
    expect((await play(['busy', submit])).end.ended).toBe('submitted');
    expect((await play(['model-missing'])).end.ended).toBe('model-model-missing');
  });

  it('shows both ends of a long output and says how much is left out', async () => {
    const { requests } = await play([command(`echo ${'a'.repeat(6_000)}${'b'.repeat(6_000)}`), submit]);
    const shown = requests[1]?.messages.at(-1)?.content ?? '';
    expect(shown).toMatch(/a{5000}\n\[2000 characters left out.*\]\nb{5000}$/);
  });
});
