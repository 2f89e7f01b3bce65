import { describe, expect, test } from 'vitest';
import { readModelWish } from '../../../src/cli/commands/memoryModel.ts';

const here = { cwd: '/home/me/app', environment: {} };

describe('what `memory model` is asked for', () => {
  test('is to show what is set where nothing is said', () => {
    expect(readModelWish({}, undefined, here)).toEqual({ ok: true, value: { do: 'show' } });
  });

  test('is a download only where --fetch says so, of a name and from a hub that were named', () => {
    expect(readModelWish({ fetch: true }, undefined, here)).toEqual({ ok: true, value: { do: 'fetch' } });
    const environment = { NIGHTSHIFT_MODEL_HUB: ' http://hub.example ' };
    expect(readModelWish({ fetch: true }, 'org/model', { ...here, environment })).toEqual({
      ok: true,
      value: { do: 'fetch', name: 'org/model', hub: 'http://hub.example' },
    });
    expect(readModelWish({}, 'org/model', here)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('memory model --fetch org/model') },
    });
  });

  test('is a folder as a whole path, from where the command was called', () => {
    expect(readModelWish({ import: '../models/small' }, undefined, here)).toEqual({
      ok: true,
      value: { do: 'import', folder: '/home/me/models/small' },
    });
  });

  test('is refused where a server is named and no model of it', () => {
    expect(readModelWish({ 'ollama-host': 'box:1' }, undefined, here)).toMatchObject({
      ok: false,
      error: { reason: 'usage', message: expect.stringContaining('--ollama MODEL') },
    });
  });

  test('is a model of the Ollama server that an option, its own variable, or nothing names', () => {
    const hostOf = (values: Readonly<Record<string, string>>, environment: Readonly<Record<string, string>> = {}) => {
      const wish = readModelWish({ ollama: 'embed', ...values }, undefined, { ...here, environment });
      return wish.ok && wish.value.do === 'set' && wish.value.embedding.by === 'ollama'
        ? wish.value.embedding.host
        : undefined;
    };
    expect(hostOf({})).toBe('http://127.0.0.1:11434');
    expect(hostOf({}, { OLLAMA_HOST: 'box:1' })).toBe('box:1');
    expect(hostOf({ 'ollama-host': 'other:2' }, { OLLAMA_HOST: 'box:1' })).toBe('other:2');
  });

  test('is one thing at a time, in one line', () => {
    const values = [
      { fetch: true, none: true },
      { import: 'x', ollama: 'y' },
      { none: true, ollama: 'y' },
    ];
    for (const each of values) {
      const wish = readModelWish(each, undefined, here);
      expect(wish).toMatchObject({ ok: false, error: { reason: 'usage' } });
      expect(wish.ok ? '' : wish.error.message).not.toContain('\n');
    }
    expect(readModelWish({ none: true }, undefined, here)).toEqual({
      ok: true,
      value: { do: 'set', embedding: { by: 'none' } },
    });
  });
});
