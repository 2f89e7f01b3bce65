import { failure } from '../../src/base/failure.ts';
import { fail, type Result } from '../../src/base/result.ts';
import type { ChatRequest, ModelFailure, ModelFailureReason } from '../../src/core/models/languageModel.ts';
import { functionModel, type Said } from '../fakes/functionModel.ts';
import { hostileArguments, hostileCallText, hostileName, hostileText } from './hostileWords.ts';
import type { Randomness } from './randomness.ts';

const failures: readonly ModelFailureReason[] = [
  'unreachable',
  'busy',
  'crashed',
  'interrupted',
  'malformed-call',
  'malformed-call',
  'timeout',
  'rejected',
  'context-exceeded',
  'malformed',
  'tools-unsupported',
  'format-unsupported',
];

/** Characters of an answer at which drivers cut. */
const cutAt = 60_000;

function sizeOf(value: unknown): number {
  return typeof value === 'string'
    ? value.length
    : typeof value === 'object' && value !== null
      ? Object.values(value).reduce<number>((sum, member) => sum + (typeof member === 'string' ? member.length : 0), 0)
      : 0;
}

/** A model that says anything that its grammar has, honest answers among it. Its habits differ from task to task. */
export function hostileModel(random: Randomness): ReturnType<typeof functionModel> {
  const habits = {
    failing: random.pick([0, 0, 0.02, 0.1]),
    silent: random.pick([0, 0.05, 0.4]),
    repeating: random.pick([0, 0.2, 0.7]),
    textual: random.pick([0, 0.1, 0.6]),
    finishing: random.pick([0, 0.02, 0.1]),
  };
  const said: Said[] = [];
  return functionModel((request): Said | Result<never, ModelFailure> => {
    if (random.chance(habits.failing)) {
      return fail(failure(random.pick(failures), 'The model failed.'));
    }
    const written = (): Said => ({
      text: random.chance(0.1) ? echo(request) : hostileCallText(random, request.format !== undefined),
      ...(random.chance(0.05) ? { finish: 'length' } : {}),
    });
    const fresh = (): Said => (random.chance(request.tools.length === 0 ? 0.8 : habits.textual) ? written() : speak());
    const answer = random.chance(habits.repeating) ? (said.at(-1 - random.below(2)) ?? fresh()) : fresh();
    said.push(answer);
    return answer;
  });

  /** What a tool showed last, as a model says it that only repeats what it reads. */
  function echo({ messages }: ChatRequest): string {
    const shown = messages.findLast((message) => message.role === 'tool' || message.content.startsWith('Result of'));
    return (shown?.content ?? '')
      .replace(/^\d+\|/gm, '')
      .split('\n')
      .slice(-1 - random.below(3))
      .join('\n');
  }

  function speak(): Said {
    const text = random.chance(0.4) ? hostileText(random) : '';
    const thinking = random.chance(0.2) ? hostileText(random) : '';
    const finish = random.chance(0.05) ? { finish: random.pick(['length', 'stop', 'calls'] as const) } : {};
    const usage = random.chance(0.3) ? { usage: { prompt: random.below(3_000), output: random.below(2_048) } } : {};
    if (random.chance(habits.silent)) {
      return { text, thinking, ...finish, ...usage };
    }
    const count = random.chance(0.85) ? 1 : random.below(20);
    let room = cutAt;
    const calls = Array.from({ length: count }, () => {
      const name = random.chance(habits.finishing) ? 'finish' : hostileName(random);
      return { name, arguments: hostileArguments(random, name) };
    }).filter((call) => (room -= sizeOf(call.arguments)) > 0);
    return { text, thinking, calls, ...finish, ...usage };
  }
}
