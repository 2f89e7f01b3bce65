import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assembleMessages, estimateRequest } from '../../../../src/core/models/contextAssembly.ts';
import { elidedParts } from '../../../../src/core/models/historyCompaction.ts';
import type { Message, ToolSpec } from '../../../../src/core/models/languageModel.ts';
import { alreadySentTokens, commonPrefixTokens } from '../../../../src/core/models/promptPrefix.ts';
import { countCall, estimateTokens } from '../../../../src/core/models/tokenEstimate.ts';

const tools: readonly ToolSpec[] = [{ name: 'read_file', description: 'Read.', parameters: { type: 'object' } }];
const estimate = estimateTokens;

/** A step of a run: an answer with a call, and a long result of its own. */
function steps(count: number, size = 2_000): readonly Message[] {
  return Array.from({ length: count }, (_, at): Message[] => [
    {
      role: 'assistant',
      content: `Step ${at}.`,
      thinking: `I think of ${at}.`.repeat(20),
      calls: [{ id: `c${at}`, name: 'read_file', arguments: { path: `src/file${at}.js` } }],
    },
    { role: 'tool', callId: `c${at}`, tool: 'read_file', content: `line of ${at}\n`.repeat(size / 10) },
  ]).flat();
}

function prompt(history: readonly Message[], contextTokens: number, left: number) {
  const assembled = assembleMessages(
    {
      system: 'You fix code.',
      opening: 'Make the sum test pass.',
      goal: 'Make the sum test pass.',
      plan: '',
      history,
      files: [],
      budget: `Left for this task: ${left} steps.`,
    },
    { contextTokens, maxOutputTokens: 1_024, tools, estimate },
  );
  if (!assembled.ok) {
    throw new Error(assembled.error.message);
  }
  return { ...assembled.value, tools };
}

describe('the common prefix of two prompts', () => {
  it('is all of a prompt that is sent again', () => {
    const one = prompt(steps(5), 32_768, 9);
    expect(commonPrefixTokens(one, one, estimate)).toBe(estimateRequest(one.messages, tools, estimate));
  });

  it('ends where the last message of the prompt before was, when steps were added', () => {
    const before = prompt(steps(5), 32_768, 9);
    const after = prompt(steps(6), 32_768, 8);
    const common = before.messages.slice(0, -1);
    expect(commonPrefixTokens(before, after, estimate)).toBe(estimateRequest(common, tools, estimate));
  });

  it('reaches into a message as far as its text is the same', () => {
    const before = prompt([], 32_768, 9);
    const after = prompt(steps(1), 32_768, 8);
    const goal: Message = { role: 'user', content: 'Make the sum test pass.' };
    const common = [...before.messages.slice(0, 1), goal];
    expect(commonPrefixTokens(before, after, estimate)).toBe(estimateRequest(common, tools, estimate));
  });

  it('is cut off at the first message that compaction replaced', () => {
    const whole = prompt(steps(12), 32_768, 9);
    const compacted = prompt(steps(13), 8_192, 8);
    expect(elidedParts(compacted.elision)).toBeGreaterThan(0);
    const start = estimateRequest(whole.messages.slice(0, 2), tools, estimate);
    const common = commonPrefixTokens(whole, compacted, estimate);
    expect(common).toBeGreaterThanOrEqual(start);
    expect(common).toBeLessThan(start + 60);
  });

  it('is nothing when other tools are offered: their descriptions stand at the start', () => {
    const one = prompt(steps(5), 32_768, 9);
    expect(commonPrefixTokens(one, { ...one, tools: [] }, estimate)).toBe(0);
  });

  it('is the same both ways, and never more than either prompt', () => {
    const message = fc.record({ role: fc.constantFrom('user' as const, 'system' as const), content: fc.string() });
    const messages = fc.array(message, { maxLength: 6 });
    fc.assert(
      fc.property(messages, messages, messages, (start, a, b) => {
        const one = { messages: [...start, ...a], tools };
        const other = { messages: [...start, ...b], tools };
        const common = commonPrefixTokens(one, other, estimate);
        expect(commonPrefixTokens(other, one, estimate)).toBe(common);
        expect(common).toBeGreaterThanOrEqual(estimateRequest(start, tools, estimate));
        for (const { messages: all } of [one, other]) {
          expect(common).toBeLessThanOrEqual(estimateRequest(all, tools, estimate));
        }
      }),
    );
  });
});

describe('what was sent already', () => {
  it('is the common prefix in tokens as the server counted the prompt before', () => {
    const before = prompt(steps(5), 32_768, 9);
    const after = prompt(steps(6), 32_768, 8);
    const counted = { prompt: Math.round(before.estimatedTokens * 1.2), output: 40, new: 0, exact: true };
    const { counted: sent } = alreadySentTokens({ prompt: before, tokens: counted }, after, estimate);
    expect(sent).toBe(Math.round(commonPrefixTokens(before, after, estimate) * 1.2));
    expect(alreadySentTokens(undefined, after, estimate).counted).toBe(0);
  });

  it('is nothing after the server cut a prompt, for its cache holds another one', () => {
    const before = prompt(steps(5), 32_768, 9);
    const cut = { prompt: Math.round(before.estimatedTokens * 0.4), output: 40, new: 0, exact: false };
    expect(alreadySentTokens({ prompt: before, tokens: cut }, before, estimate).counted).toBe(0);
  });
});

describe('new tokens of a call whose prompt was compacted', () => {
  it('are all that stands behind the first replaced message, not only what the prompt grew by', () => {
    const before = prompt(steps(12), 32_768, 9);
    const after = prompt(steps(13), 8_192, 8);
    const previous = { prompt: before.estimatedTokens, output: 40, new: 0, exact: true };
    const { counted: alreadySent } = alreadySentTokens({ prompt: before, tokens: previous }, after, estimate);
    const call = countCall({
      usage: { prompt: after.estimatedTokens, output: 40 },
      estimated: { prompt: after.estimatedTokens, output: 40 },
      alreadySent,
    });
    expect(after.estimatedTokens).toBeLessThan(before.estimatedTokens);
    expect(call.new).toBe(40 + after.estimatedTokens - alreadySent);
    expect(call.new).toBeGreaterThan(after.estimatedTokens * 0.9);
    expect(call.exact).toBe(true);
  });

  it('add up over a run to what a server with a cache works on', () => {
    let previous: Parameters<typeof alreadySentTokens>[0];
    let total = 0;
    let worked = 0;
    for (let at = 0; at < 30; at += 1) {
      const next = prompt(steps(at), 8_192, 40 - at);
      const { counted: alreadySent } = alreadySentTokens(previous, next, estimate);
      const usage = { prompt: next.estimatedTokens, output: 40 };
      const tokens = countCall({ usage, estimated: usage, alreadySent });
      worked +=
        40 + next.estimatedTokens - (previous === undefined ? 0 : commonPrefixTokens(previous.prompt, next, estimate));
      total += tokens.new;
      previous = { prompt: next, tokens };
    }
    expect(Math.abs(total - worked)).toBeLessThan(30);
    expect(total).toBeGreaterThan(20_000);
  });

  it('are what a server counted that counts only what its cache did not hold', () => {
    const call = countCall({
      usage: { prompt: 480, output: 40 },
      estimated: { prompt: 11_000, output: 9 },
      alreadySent: 10_500,
    });
    expect(call).toEqual({ prompt: 10_980, output: 40, new: 520, exact: false });
  });
});
