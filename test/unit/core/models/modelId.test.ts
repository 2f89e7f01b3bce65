import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatModelId, modelDrivers, parseModelId } from '../../../../src/core/models/modelId.ts';

describe('a model id', () => {
  it('splits at the first colon only, because names have colons', () => {
    expect(parseModelId('ollama:qwen3:8b')).toEqual({ ok: true, value: { driver: 'ollama', name: 'qwen3:8b' } });
  });

  it('survives formatting and parsing', () => {
    const name = fc.string({ minLength: 1 }).filter((text) => text.trim() === text);
    fc.assert(
      fc.property(fc.constantFrom(...modelDrivers), name, (driver, text) => {
        expect(parseModelId(formatModelId({ driver, name: text }))).toEqual({
          ok: true,
          value: { driver, name: text },
        });
      }),
    );
  });

  it.each([
    ['qwen3:8b', 'ollama:qwen3:8b'],
    ['gpt:4', 'ollama:gpt:4'],
    ['', 'ollama:qwen3:8b'],
    ['ollama', 'ollama:NAME'],
    ['replay:', 'replay:NAME'],
    ['openai', 'openai:NAME, for example openai:Qwen/Qwen3-8B'],
    ['vscode:', 'vscode:copilot/gpt-4o'],
    ['  ', 'ollama:'],
  ])('refuses %j and names the way out', (text, wayOut) => {
    const result = parseModelId(text);
    expect(result).toMatchObject({ ok: false, error: { reason: 'bad-model-id' } });
    expect(result.ok ? '' : result.error.message).toContain(wayOut);
  });

  it('lists the drivers when the driver is unknown', () => {
    expect(parseModelId('gemini:pro')).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining(`Drivers: ${modelDrivers.join(', ')}.`) },
    });
  });
});
