import { describe, expect, test } from 'vitest';
import { toEditorMessages } from '../../../../src/vscode/models/editorMessages.ts';

describe('messages for a model of the editor', () => {
  test('what the system says comes first, as the user’s', () => {
    const messages = toEditorMessages([
      { role: 'system', content: 'You fix code.' },
      { role: 'user', content: 'Fix the sum.' },
    ]);
    expect(messages).toEqual([
      { role: 'user', parts: [{ type: 'text', text: 'You fix code.' }] },
      { role: 'user', parts: [{ type: 'text', text: 'Fix the sum.' }] },
    ]);
  });

  test('results of calls that were made together go back together, and those of another answer do not', () => {
    const call = (id: string) => ({ id, name: 'read_file', arguments: { path: id } });
    const messages = toEditorMessages([
      { role: 'assistant', content: 'I look.', calls: [call('a'), call('b')] },
      { role: 'tool', callId: 'a', content: 'one' },
      { role: 'tool', callId: 'b', content: 'two' },
      { role: 'assistant', content: '', calls: [call('c')] },
      { role: 'tool', callId: 'c', content: '' },
      { role: 'user', content: 'Go on.' },
    ]);
    expect(messages).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'text', text: 'I look.' },
          { type: 'call', id: 'a', name: 'read_file', input: { path: 'a' } },
          { type: 'call', id: 'b', name: 'read_file', input: { path: 'b' } },
        ],
      },
      {
        role: 'user',
        parts: [
          { type: 'result', id: 'a', text: 'one' },
          { type: 'result', id: 'b', text: 'two' },
        ],
      },
      { role: 'assistant', parts: [{ type: 'call', id: 'c', name: 'read_file', input: { path: 'c' } }] },
      { role: 'user', parts: [{ type: 'result', id: 'c', text: '' }] },
      { role: 'user', parts: [{ type: 'text', text: 'Go on.' }] },
    ]);
  });

  test('a message without anything in it is left out, as providers refuse one', () => {
    expect(toEditorMessages([{ role: 'assistant', content: '', calls: [] }])).toEqual([]);
  });

  test.each([['text'], [7], [null], [undefined], [['a']]])(
    'arguments that are no object become part of one: %j',
    (given) => {
      const [message] = toEditorMessages([
        { role: 'assistant', content: '', calls: [{ id: 'a', name: 'x', arguments: given }] },
      ]);
      expect(message?.parts).toEqual([{ type: 'call', id: 'a', name: 'x', input: { value: given } }]);
    },
  );
});
