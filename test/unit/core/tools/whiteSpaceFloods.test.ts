import { describe, expect, it } from 'vitest';
import { plainLine } from '../../../../src/base/plainText.ts';
import { longestPlanStep, parsePlan } from '../../../../src/core/models/plan.ts';
import { readDecision } from '../../../../src/core/tools/decisionFormat.ts';
import { readTextCall } from '../../../../src/core/tools/textCall.ts';

/** Characters; what a model may well repeat until its answer is cut. */
const flood = 64 * 1024;
const spaces = ' '.repeat(flood);
const lines = '\n '.repeat(flood / 2);

/** Milliseconds; reading one character after another takes a few, anything that starts over at each takes minutes. */
const generous = 1_000;

function timed<T>(work: () => T): T {
  const start = performance.now();
  const result = work();
  expect(performance.now() - start).toBeLessThan(generous);
  return result;
}

const decision = '{"action":"read_file","path":"a.js"}';
const call = '{"name":"read_file","arguments":{"path":"a.js"}}';
const read = { name: 'read_file', arguments: { path: 'a.js' } };

describe('an answer that is mostly white space', () => {
  it.each([
    ['spaces', `\`\`\`json${spaces}${decision}${spaces}\`\`\``],
    ['lines', `\`\`\`${lines}${decision}${lines}\`\`\``],
    ['no fence', `${spaces}${decision}${spaces}`],
  ])('is read as the decision that it holds: %s', (_, text) => {
    expect(timed(() => readDecision(text))).toMatchObject({ ...read, written: decision });
  });

  it.each([
    ['a fence that stays open', `\`\`\`${spaces}x`],
    ['a fence around nothing', `\`\`\`json${spaces}\`\`\``],
    ['a fence after words', `\`\`\`json x${spaces}y\`\`\``],
    ['a fence of its own end', '```'],
  ])('is no decision: %s', (_, text) => {
    expect(timed(() => readDecision(text))).toBeUndefined();
  });

  it.each([
    ['spaces in a fence', `\`\`\`json${spaces}${call}${spaces}\`\`\``],
    ['lines in a long fence', `~~~~~${lines}${call}${lines}~~~~~`],
  ])('is read as the call that it holds: %s', (_, text) => {
    expect(timed(() => readTextCall(text))).toMatchObject({ ...read, wrapper: 'code fence', written: call });
  });

  it.each([
    ['a fence of a long word', `\`\`\`${'a'.repeat(flood)}`],
    ['a fence of a long word that ends in another', `\`\`\`\`${'a'.repeat(flood)}\`\`\``],
    ['a long fence', `${'`'.repeat(flood)}x`],
    ['two long fences', `${'`'.repeat(flood)}x${'`'.repeat(flood - 1)}`],
    ['a name without its JSON', `functions.read_file${spaces}x`],
    ['a channel without its message', `<|channel|>commentary to=functions.read_file${spaces}x`],
  ])('is no call: %s', (_, text) => {
    expect(timed(() => readTextCall(text))).toBeUndefined();
  });

  it('is one line of a plan, cut before it is cleaned', () => {
    const steps = [`1. ${'look '.repeat(flood)}`, `${spaces}2. Mend${spaces}`, `${spaces}x`];
    const plan = timed(() => parsePlan(JSON.stringify({ steps })));
    expect(plan?.[0]).toHaveLength(longestPlanStep);
    expect(plan?.[0]).toMatch(/^look .*…$/);
    expect(plan?.slice(1)).toEqual(['Mend', 'x']);
  });

  it('is one short line to people', () => {
    expect(timed(() => plainLine(`a${spaces}b`))).toBe(`a${spaces}b`);
    expect(timed(() => plainLine(`a ${lines}\r\n b\r\nc`))).toBe('a ⏎ b ⏎ c');
  });
});
