import { describe, expect, it } from 'vitest';
import { modelEndpoints } from '../../../../src/host/models/modelEndpoints.ts';

const clock = { now: () => 0, monotonic: () => 0 };
const never = new AbortController().signal;

function open(parallel?: number) {
  const endpoints = modelEndpoints({
    clock,
    sleep: async () => undefined,
    ...(parallel === undefined ? {} : { parallel }),
  });
  return (driver: string, address?: string) =>
    endpoints(
      driver,
      address === undefined ? {} : driver === 'openai' ? { openaiBaseUrl: address } : { ollamaHost: address },
    );
}

/** Requests that an endpoint lets through before one of them has ended. */
async function admitted(endpoint: ReturnType<ReturnType<typeof open>>): Promise<number> {
  let count = 0;
  for (let asked = 0; asked < 70; asked += 1) {
    const wish = { party: `${asked}`, urgency: 'background', model: 'm', contextTokens: 1, since: 0 } as const;
    void endpoint.slots.queue(wish, never).slot.then(() => (count += 1));
  }
  await new Promise((resolve) => setImmediate(resolve));
  return count;
}

describe('a model server', () => {
  it('is one, however its address is written, and another at another address or for another driver', () => {
    const of = open();
    const local = of('ollama');
    for (const host of ['', ' ', '127.0.0.1', 'http://127.0.0.1:11434', 'localhost:11434', '0.0.0.0:11434']) {
      expect(of('ollama', host)).toBe(local);
    }
    expect(of('ollama', 'localhost:11435')).not.toBe(local);
    expect(of('openai')).not.toBe(local);
    const remote = of('openai', 'http://localhost:8000');
    expect(of('openai', 'http://127.0.0.1:8000/v1')).toBe(remote);
    expect(of('openai', 'http://127.0.0.1:8001/v1')).not.toBe(remote);
  });

  it.each([
    ['ollama', 1],
    ['transformers', 1],
    ['openai', 4],
    ['vscode', 4],
  ])('of %s gets %d requests at once', async (driver, count) => {
    expect(await admitted(open()(driver))).toBe(count);
  });

  it('of the user gets as many as the user says', async () => {
    const of = open(8);
    expect(await admitted(of('ollama'))).toBe(8);
    expect(await admitted(of('openai'))).toBe(8);
    expect(await admitted(of('transformers'))).toBe(1);
    expect(await admitted(of('vscode'))).toBe(4);
  });
});
