import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, vi } from 'vitest';
import { createWindowModel } from '../../../src/node/models/vscode/windowModel.ts';
import type { ScriptTurn } from '../../../src/node/models/replay/replayScript.ts';
import type { SentPart, SentRequest } from '../../fakes/editor/memoryModels.ts';
import { describesLanguageModel } from './contract.ts';
import { WindowHarness } from './windowHarness.ts';

describe('a model that a window lends, over a real socket', () => {
  describesLanguageModel({
    lacks: ['format', 'thinking', 'counts', 'length', 'digest'],
    open: async (script) => {
      const host = new WindowHarness();
      await host.serve();
      const { models } = await host.window();
      let running = 0;
      models.count = () => Promise.reject(new Error('no counter'));
      models.answer = async function* (request) {
        running += 1;
        try {
          yield* scripted(script, request);
        } finally {
          running -= 1;
        }
      };
      const model = createWindowModel('acme/one', host.lent);
      await model.probe(new AbortController().signal);
      return {
        model,
        close: async () => {
          await vi.waitFor(() => expect(running).toBe(0), { timeout: 5_000 });
          await host.close();
        },
      };
    },
  });
});

/** The turn that the request asks for, in small pieces. */
async function* scripted(
  script: readonly ScriptTurn[],
  { messages, tools, signal }: SentRequest,
): AsyncGenerator<SentPart> {
  const due = messages.filter(({ role }) => role === 'assistant').length;
  const turn = script[due];
  if (turn === undefined) {
    throw new Error(`The script has no turn ${due}.`);
  }
  const last = JSON.stringify(messages.at(-1)?.parts);
  const missing = (turn.expect?.tools ?? []).filter((name) => !tools.some((tool) => tool.name === name));
  if (missing.length > 0 || !last.includes(turn.expect?.lastContains ?? '')) {
    throw new Error(`Turn ${due} does not fit: ${missing.join(', ')} ${last}`);
  }
  await delay(turn.delayMs ?? 0, undefined, { signal });
  for (const piece of (turn.text ?? '').match(/[^]{1,9}/gu) ?? []) {
    yield { type: 'text', text: piece };
  }
  for (const { name, arguments: given } of turn.calls ?? []) {
    if (typeof given !== 'object' || given === null) {
      throw new TypeError('The editor has only calls with objects.');
    }
    // As some providers do: every call has the same id.
    yield { type: 'call', id: 'call_0', name, input: given };
  }
}
