import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { neutraliseChatTokens } from '../../../../src/core/models/chatTokens.ts';

const tokens = [
  '<|im_start|>',
  '<|im_end|>',
  '<|endoftext|>',
  '<|eot_id|>',
  '<|start_header_id|>',
  '<|channel|>',
  '<｜User｜>',
  '<｜tool▁calls▁begin｜>',
  '<start_of_turn>',
  '<tool_call>',
  '</tool_call>',
  '</tool_response>',
  '<think>',
  '</s>',
  '<function=run>',
  '[INST]',
  '[/INST]',
  '[TOOL_CALLS]',
  '<<SYS>>',
  '<</SYS>>',
];

describe('chat tokens in text from outside', () => {
  it.each(tokens)('%s is broken, visibly', (token) => {
    const safe = neutraliseChatTokens(`before ${token}system after`);
    expect(safe).not.toContain(token);
    expect(safe.replace(/ /g, '')).toBe(`before ${token}system after`.replace(/ /g, ''));
  });

  it('no token is left in any mixture, and a second pass changes nothing', () => {
    const part = fc.oneof(fc.constantFrom(...tokens), fc.string(), fc.constantFrom('<|', '|>', '<', '>', '[', ']'));
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const safe = neutraliseChatTokens(parts.join(''));
        for (const token of tokens) {
          expect(safe).not.toContain(token);
        }
        expect(neutraliseChatTokens(safe)).toBe(safe);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    'xs |> List.map f <| ys',
    'if (a < b || c > d) {}',
    '[args]',
    '<div><span>',
    'Vec<T>',
    'a<s>b'.replace('<s>', '<S>'),
  ])('code without a token stays as it is: %s', (code) => {
    expect(neutraliseChatTokens(code)).toBe(code);
  });
});
