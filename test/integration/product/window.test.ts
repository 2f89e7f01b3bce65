import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { SentPart, SentRequest } from '../../fakes/editor/memoryModels.ts';
import { type FakeWindow, openWindow } from '../models/windowHarness.ts';
import { requireEngine } from '../requirements.ts';
import { mendingTurns } from './counterScript.ts';
import { Product, taskOf, until } from './product.ts';

const { skip, why } = requireEngine();
const model = ['--model', 'vscode:acme/one'];

/** Mends the fixture, whatever task asks. */
async function* mend({ messages }: SentRequest): AsyncGenerator<SentPart> {
  const due = messages.filter(({ role }) => role === 'assistant').length;
  for (const { name, arguments: given } of mendingTurns[due]?.calls ?? []) {
    yield { type: 'call', id: '', name, input: { ...Object(given) } };
  }
}

describe.skipIf(skip)(`tasks on a model of VS Code ${why}`, () => {
  let product: Product;
  let window: FakeWindow | undefined;

  afterEach(async () => {
    window?.close();
    await product.remove();
  });

  it('wait for a window over the life of a host, and end with a green proof when one lends it', async () => {
    product = new Product({ fixture: 'node-counter' });
    const alone = await product.run(['run', 'First: mend down()', '--json', ...model]);
    const first = taskOf(alone);
    expect(first).toMatchObject({
      state: 'waiting',
      reason: 'model-window-needed: Waiting for a VS Code window that lends acme/one: open one and allow it.',
      usage: { newTokens: 0, steps: 0 },
    });
    expect(alone.stdout).toContain('model-awaited');
    expect(await product.boxes()).toEqual([]);
    await until('the host that only waits has ended', () => product.hostProcesses().length === 0);

    const running = product.start(['run', 'Second: mend down()', '--json', ...model]);
    await until('the second task waits', () => running.stdout().includes('model-awaited'));
    expect(existsSync(product.paths.socket)).toBe(true);
    window = await openWindow(product.paths.socket);
    window.models.answer = mend;
    const second = await running.finished;
    expect(taskOf(second)).toMatchObject({ state: 'ready', proof: { verdict: 'green' } });
    expect(second.code).toBe(0);
    await until(
      'the first task is ready too',
      async () => (await product.task(['show', first.id])).task.state === 'ready',
      60_000,
    );
    expect(window.models.requests).toHaveLength(2 * mendingTurns.length);
    const shown = await product.run(['trace', 'show', first.id]);
    expect(shown.stdout).toContain('Waiting for a VS Code window that lends acme/one');
    expect((await product.run(['trace', 'verify', first.id])).code).toBe(0);
  });

  it('are not made of a name that windows do not have, and the names that they have are told', async () => {
    product = new Product({ fixture: 'node-counter' });
    const running = product.start(['run', 'Mend down()', '--json', ...model]);
    await until('the task waits', () => running.stdout().includes('model-awaited'));
    window = await openWindow(product.paths.socket, { allowed: false });
    const waiting = await running.finished;
    expect(taskOf(waiting).reason).toMatch(
      /^model-window-needed: Waiting for your word on acme\/one: run "Nightshift: Allow Language Model…"/,
    );
    const wrong = await product.run(['run', 'Mend down()', '--json', '--model', 'vscode:acme/won']);
    expect(wrong.code).toBe(3);
    expect(wrong.stdout + wrong.stderr).toContain('VS Code has no language model acme/won; it has: acme/one-2026.');
    expect((await product.run(['run', 'Mend down()', '--json', '--model', 'vscode:acme'])).code).toBe(2);
  });
});
