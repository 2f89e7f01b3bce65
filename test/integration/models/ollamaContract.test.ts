import { describe, expect, vi } from 'vitest';
import { createOllamaModel } from '../../../src/node/models/ollama/ollama.ts';
import { startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { describesLanguageModel } from './contract.ts';

describe.each(['native', 'rendered'] as const)('an Ollama model, server path %s', (path) => {
  describesLanguageModel({
    open: async (script) => {
      const fake = await startFakeOllama({ script, path });
      return {
        model: createOllamaModel({ name: 'scripted', host: fake.url }),
        close: async () => {
          await vi.waitFor(async () => expect(await fake.connections()).toBe(0), { timeout: 5_000 });
          await fake.close();
          expect(fake.violations).toEqual([]);
        },
      };
    },
  });
});
