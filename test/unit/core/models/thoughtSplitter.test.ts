import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ThoughtSplitter } from '../../../../src/core/models/thoughtSplitter.ts';

function split(pieces: readonly string[], insideThought = false): { text: string; thinking: string } {
  const splitter = new ThoughtSplitter(insideThought);
  const parts = [...pieces.flatMap((piece) => splitter.add(piece)), ...splitter.end()];
  const joined = (type: string) =>
    parts
      .filter((part) => part.type === type)
      .map((part) => part.text)
      .join('');
  expect(parts.every((part) => part.text !== '')).toBe(true);
  return { text: joined('text'), thinking: joined('thinking') };
}

describe('the thoughts of an answer', () => {
  it.each([
    ['a plain answer.', { text: 'a plain answer.', thinking: '' }],
    ['  leading space stays', { text: '  leading space stays', thinking: '' }],
    ['<think>\nwhy\n</think>\n\nso', { text: 'so', thinking: 'why' }],
    ['\n<think>why</think>so', { text: 'so', thinking: 'why' }],
    ['<think>\n\n</think>\n\nso', { text: 'so', thinking: '' }],
    ['<think>a < b </thin> c </think> so ', { text: 'so ', thinking: 'a < b </thin> c' }],
    ['The tag <think> opens </think> it', { text: 'The tag <think> opens </think> it', thinking: '' }],
    ['<think>a</think>b<think>c</think>', { text: 'b<think>c</think>', thinking: 'a' }],
    ['<think>cut off ', { text: '', thinking: 'cut off' }],
    ['<thi', { text: '<thi', thinking: '' }],
    ['<thinking>x', { text: '<thinking>x', thinking: '' }],
    ['', { text: '', thinking: '' }],
  ])('of %j', (answer, parts) => {
    expect(split([answer])).toEqual(parts);
  });

  it('begin at once where the prompt opened them', () => {
    expect(split(['why', '\n</think>', '\n\nso'], true)).toEqual({ text: 'so', thinking: 'why' });
    expect(split(['why'], true)).toEqual({ text: '', thinking: 'why' });
  });

  it('are the same however the answer is cut into pieces', () => {
    const bits = fc.constantFrom('<think>', '</think>', '<', '</th', 'ink>', ' ', '\n', 'word', '世', '<b>');
    fc.assert(
      fc.property(
        fc.array(bits),
        fc.boolean(),
        fc.infiniteStream(fc.integer({ min: 1, max: 4 })),
        (words, inside, cuts) => {
          const answer = words.join('');
          const pieces: string[] = [];
          for (let at = 0; at < answer.length;) {
            const length = cuts.next().value ?? 1;
            pieces.push(answer.slice(at, at + length));
            at += length;
          }
          expect(split(pieces, inside)).toEqual(split([answer], inside));
        },
      ),
    );
  });

  it('never keep text back once text has begun', () => {
    const splitter = new ThoughtSplitter();
    expect(splitter.add('I ')).toEqual([{ type: 'text', text: 'I ' }]);
    expect(splitter.add('look <')).toEqual([{ type: 'text', text: 'look <' }]);
  });
});
