import { describe, expect, vi } from 'vitest';
import { createOpenaiModel } from '../../../src/node/models/openai/openai.ts';
import { startFakeOpenai } from '../../fakes/openai/fakeOpenai.ts';
import { dialects } from '../../fakes/openai/openaiFakeTurn.ts';
import { describesLanguageModel } from './contract.ts';

describe.each(dialects)('a model behind the OpenAI API of %s', (dialect) => {
  describesLanguageModel({
    open: async (script) => {
      const fake = await startFakeOpenai({ script, dialect });
      return {
        model: createOpenaiModel({ name: 'scripted', base: fake.base }),
        close: async () => {
          await vi.waitFor(async () => expect(await fake.connections()).toBe(0), { timeout: 5_000 });
          await fake.close();
          expect(fake.violations).toEqual([]);
        },
      };
    },
    lacks: ['digest'],
  });
});
