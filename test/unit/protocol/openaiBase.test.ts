import { describe, expect, it } from 'vitest';
import { parseOllamaHost } from '../../../src/node/models/ollama/ollamaHost.ts';
import { parseOpenaiBase } from '../../../src/protocol/openaiBase.ts';

const refused = (result: ReturnType<typeof parseOpenaiBase>): string => (result.ok ? 'taken' : result.error.message);

describe('an address of a model server with a secret in it', () => {
  it.each([
    'http://me:hunter2@gpu.lan:8000/v1',
    'me:hunter2@gpu.lan:8000',
    'https://hunter2@gpu.lan/v1',
    'https://:hunter2@gpu.lan/v1',
  ])('is refused, with the place for a key, where it names a user or a password: %s', (text) => {
    const message = refused(parseOpenaiBase(text));
    expect(message).toMatch(/no user name or password.*Set Model Server Key/);
    expect(message).not.toMatch(/hunter2|me:/);
  });

  it.each([
    'http://gpu.lan/v1?key=hunter2',
    'http://gpu.lan/v1#hunter2',
    'http://gpu.lan/v1?key=a@hunter2',
    'ftp://me:hunter2@gpu.lan',
    'http://me:hun/ter2@gpu.lan:x',
    'http://me:a b?hunter2@gpu lan',
    'gpu lan?hunter2',
  ])('is not shown where it is none: %s', (text) => {
    for (const message of [refused(parseOpenaiBase(text)), refused(parseOllamaHost(text))]) {
      expect(message).toMatch(/not (the|an) .*address|use one like/);
      expect(message).not.toMatch(/hunter2|hun\/|ter2/);
    }
  });

  it('is named without what steers a terminal, and in few words', () => {
    for (const parse of [parseOpenaiBase, parseOllamaHost]) {
      const message = refused(parse(`a b\u001b[2J${'x'.repeat(5_000)}`));
      expect(message).toContain('"a b<U+001B>[2Jxxx');
      expect(message.length).toBeLessThan(300);
    }
  });
});
