import { expect, it } from 'vitest';
import { decisionFormat } from '../../../src/core/tools/decisionFormat.ts';
import { allTools } from '../../../src/core/tools/toolRegistry.ts';
import { createOllamaModel } from '../../../src/node/models/ollama/ollama.ts';
import { startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { chatRequest } from './requests.ts';

it('a schema for the answer reaches the server, and tools do not', async () => {
  const fake = await startFakeOllama({
    script: [{ text: '{"action":"run_tests"}' }],
    models: [{ name: 'plain', capabilities: ['completion'] }],
  });
  try {
    const model = createOllamaModel({ name: 'plain', host: fake.url });
    const format = decisionFormat(allTools);
    const turn = await model.chat(chatRequest({ tools: [], format }), { signal: new AbortController().signal });
    expect(turn).toMatchObject({ ok: true, value: { text: '{"action":"run_tests"}', calls: [], finish: 'stop' } });
    const asked = fake.requests.find(({ path }) => path === '/api/chat');
    expect(asked?.body).toMatchObject({ format });
    expect(asked?.body).not.toHaveProperty('tools');
    expect(fake.violations).toEqual([]);
  } finally {
    await fake.close();
  }
});
