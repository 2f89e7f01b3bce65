import type { FakeTurn } from '../../fakes/ollama/fakeTurn.ts';
import type { MistakeKind } from './mistakes.ts';
import type { Speech, SpokenCall } from './speech.ts';

/** A call as a model answers it that makes this mistake in its wording; what it means to do is right. */
export function misspoken(call: SpokenCall, kind: MistakeKind, speech: Speech): FakeTurn {
  const { name, arguments: given } = call;
  const json = JSON.stringify({ name, arguments: given });
  switch (kind) {
    case 'tagged-call':
      return { text: `<tool_call>\n${json}\n</tool_call>` };
    case 'fenced-call':
      return { text: `\`\`\`json\n${JSON.stringify({ name, parameters: given }, null, 2)}\n\`\`\`` };
    case 'bare-call':
      return { text: json };
    case 'function-tag': {
      const parameters = Object.entries(given).map(
        ([key, value]) =>
          `<parameter=${key}>\n${typeof value === 'string' ? value : JSON.stringify(value)}\n</parameter>`,
      );
      return { text: [`<function=${name}>`, ...parameters, '</function>'].join('\n') };
    }
    case 'broken-json':
      return { text: `{name: "${name}", "arguments": ${JSON.stringify(given)},}` };
    case 'arguments-as-text':
      return { text: JSON.stringify({ name, arguments: JSON.stringify(given) }) };
    case 'name-spelling':
      return {
        calls: [{ name: name.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase()), arguments: given }],
      };
    case 'name-typo':
      return { calls: [{ name: `${name.slice(0, -2)}${name.slice(-1)}`, arguments: given }] };
    case 'argument-spelling':
      return { calls: [speech.misspelt(call)] };
    case 'argument-invented':
      return { calls: [{ name, arguments: { ...given, explanation: 'This is the next step.' } }] };
    case 'number-as-text':
      return { calls: [speech.numbersAsText(call)] };
    case 'cut-off':
      return { text: `<tool_call>\n${json.slice(0, Math.ceil(json.length / 2))}`, finish: 'length' };
    case 'duplicate':
      return { calls: [call, call] };
    case 'empty':
      return { text: '' };
    case 'prose':
      return { text: `I understand the problem. Next I will use ${name} and then go on from what I see.` };
    case 'loop':
    case 'white-space':
    case 'placeholder':
    default:
      return { calls: [call] };
  }
}
