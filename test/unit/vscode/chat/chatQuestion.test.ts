import { describe, expect, test } from 'vitest';
import { chatQuestion } from '../../../../src/vscode/chat/chatQuestion.ts';

describe('what is asked in the chat', () => {
  test.each([
    [undefined, '', { kind: 'help' }],
    [undefined, '  \n', { kind: 'help' }],
    [undefined, 'fix the failing test', { kind: 'delegate', words: 'fix the failing test' }],
    [undefined, 'review the parser and mend it', { kind: 'delegate', words: 'review the parser and mend it' }],
    [undefined, 'Status of orders is wrong, fix it', { kind: 'delegate', words: 'Status of orders is wrong, fix it' }],
    [undefined, 'why does down() go below zero?', { kind: 'unclear', words: 'why does down() go below zero?' }],
    [undefined, 'Status?', { kind: 'status' }],
    [undefined, 'help', { kind: 'help' }],
    [undefined, '/status task-1', { kind: 'status', task: 'task-1' }],
    [undefined, '/recall money', { kind: 'recall', words: 'money' }],
    [undefined, '/etc is wrong', { kind: 'delegate', words: '/etc is wrong' }],
    ['delegate', ' is this right? ', { kind: 'delegate', words: 'is this right?' }],
    ['delegate', '', { kind: 'delegate', words: '' }],
    ['delegate', '/status page is slow', { kind: 'delegate', words: '/status page is slow' }],
    ['status', '', { kind: 'status' }],
    ['review', 'task-1', { kind: 'review', task: 'task-1' }],
    ['recall', 'money?', { kind: 'recall', words: 'money?' }],
    ['help', 'me', { kind: 'help' }],
  ])('%s %j', (command, prompt, question) => {
    expect(chatQuestion(command, prompt)).toEqual(question);
  });
});
