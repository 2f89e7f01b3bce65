import { describe, expect, it } from 'vitest';
import { HttpFault } from '../../../../src/node/models/http/httpFault.ts';
import { serverWords } from '../../../../src/node/models/http/serverWords.ts';
import { missingModel as missingOllama } from '../../../../src/node/models/ollama/ollamaFailure.ts';
import { missingModel, openaiFailure } from '../../../../src/node/models/openai/openaiFailure.ts';

describe('the words of a server', () => {
  it('are cut before they are cleaned, however many they are', () => {
    const start = performance.now();
    expect(serverWords(`no${' '.repeat(64 * 1024)}x`)).toBe('no');
    expect(serverWords(JSON.stringify({ error: `a${' ;.'.repeat(1024 * 1024)}b` }))).toBe('a');
    expect(serverWords(`${' '.repeat(1024 * 1024)}late; .`)).toBe('late');
    expect(serverWords('x'.repeat(1024 * 1024))).toBe(`${'x'.repeat(300)}…`);
    // Milliseconds; a pattern that starts over at each character takes minutes.
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it('stay on one line', () => {
    expect(serverWords('one\u2028two\u2029three\r\nfour\u202efive')).toBe('one two three four five');
    expect(serverWords('\u2028.;')).toBe('no explanation');
  });
});

describe('a key that a server repeats', () => {
  const key = 'sk-ab/cd+ef.0123456789';
  const escaped = 'sk-ab\\/cd\\u002Bef.0123456789';

  it.each([
    ['as it is', `bad key ${key}`],
    ['in JSON', JSON.stringify({ error: { message: `bad key ${key}` } })],
    ['escaped in JSON', `{"error":{"message":"bad key ${escaped}"}}`],
    ['escaped in lower case', `{"detail":"bad key ${escaped.replace('002B', '002b')}"}`],
    ['escaped in what is not JSON', `error: bad key ${escaped}`],
    ['escaped in JSON in JSON', JSON.stringify({ error: `bad key ${escaped}` })],
    ['where it would be cut', JSON.stringify({ error: `${'bad '.repeat(73)}${key}` })],
  ])('is not shown: %s', (_, said) => {
    const asked = { base: 'http://127.0.0.1:8000/v1', model: 'x', key };
    for (const fault of [new HttpFault('status', said, 400), new HttpFault('reported', said)]) {
      const { message } = openaiFailure(fault, asked);
      expect(message).toContain('bad ');
      expect(message).not.toMatch(/sk-|0123456789/);
    }
  });
});

describe('the names of the models that a server has', () => {
  const names = ['evil\u001b[2J\nname\u202e', 'n'.repeat(10_000), ...Array.from({ length: 50 }, (_, at) => `m${at}`)];

  it.each([
    ['Ollama', missingOllama('http://127.0.0.1:11434', 'x', names)],
    ['OpenAI', missingModel({ base: 'http://127.0.0.1:8000/v1', model: 'x', key: undefined }, names)],
  ])('are few, short and plain in a message: %s', (_, { message }) => {
    expect(message).toContain(`evil<U+001B>[2J ⏎ name<U+202E>, ${'n'.repeat(79)}…, m0, m1`);
    expect(message).toMatch(/, …/);
    expect(message.length).toBeLessThan(500);
  });
});
