import { describe, expect } from 'vitest';
import type { ScriptTurn } from '../../../src/node/models/replay/replayScript.ts';
import { chatTemplate, type TinyTurn } from '../../fakes/tinyModel/writeTinyModel.ts';
import { describesLanguageModel } from './contract.ts';
import { openTinyModel } from './transformersModel.ts';

/** Tokens that one and a half milliseconds are about enough for. */
const tokensPerMillisecond = 1;

/** Its calls are text, so its model here is one whose template shows no tools; `transformers.test.ts` has one that does. */
describe('a model inside the extension', () => {
  describesLanguageModel({
    lacks: ['tools', 'format'],
    open: async (script) => {
      const { model, runner, close } = await openTinyModel({
        turns: script.map(toTinyTurn),
        template: template(script),
      });
      return {
        model,
        close: async () => {
          const { pid } = runner;
          await close();
          expect(pid === undefined || isGone(pid)).toBe(true);
        },
      };
    },
  });
});

function toTinyTurn({
  text = '',
  thinking,
  calls,
  delayMs = 0,
  expect: expected,
  finish,
  usage,
}: ScriptTurn): TinyTurn {
  if (calls !== undefined || expected !== undefined) {
    throw new Error('A model without tools has no calls to script.');
  }
  const said = thinking === undefined ? text : `<think>\n${thinking}\n</think>\n\n${text}`;
  const end = 1;
  return {
    text: said,
    silentTokens: delayMs * tokensPerMillisecond,
    silentAfter: usage?.output === undefined ? 0 : usage.output - Buffer.byteLength(said) - end,
    after: finish === 'length' ? 'silence' : 'end',
  };
}

/** A prompt has as many tokens as the script wants counted; which they are matters to no turn of it. */
function template(script: readonly ScriptTurn[]): string {
  const counted = script[0]?.usage?.prompt;
  return counted === undefined ? chatTemplate({ turns: script.length }) : `${'<pad>'.repeat(counted - 1)}<turn_0>`;
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
