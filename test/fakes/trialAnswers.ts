import type { ChatRequest } from '../../src/core/models/languageModel.ts';
import {
  copyPath,
  copyText,
  editPath,
  keptValue,
  trialSystem,
  wantedKey,
} from '../../src/core/models/trial/trialQuestions.ts';

/** How a model does when it is tried out: everything right; calls as text; no tools but answers to a schema; nothing right. */
export type TrialManner = 'good' | 'text' | 'schema' | 'bad';

interface SaidInTrial {
  readonly text?: string;
  readonly calls?: readonly { readonly name: string; readonly arguments: Readonly<Record<string, string>> }[];
}

type Seen = { readonly role: string; readonly content: string };

export function isTrial(messages: readonly Seen[]): boolean {
  return messages[0]?.role === 'system' && messages[0].content === trialSystem;
}

const edit = {
  path: editPath,
  old: '  const high = 40;\n  return Math.max(low, value);',
  new: '  const high = 60;\n  return Math.max(low, Math.min(high, value));',
};
const copy = { path: copyPath, content: copyText };

/** The answer of such a model to a question of a trial; the server's own refusals are not its business. */
export function trialAnswer(
  manner: TrialManner,
  messages: readonly Seen[],
  { tools, format }: { readonly tools: boolean; readonly format: ChatRequest['format'] },
): SaidInTrial {
  const asked = messages.findLast((message) => message.role === 'user' && !message.content.startsWith('Result of'));
  const about = asked?.content ?? '';
  const call = (name: string, given: Readonly<Record<string, string>>): SaidInTrial =>
    manner === 'text'
      ? { text: `<tool_call>\n${JSON.stringify({ name, arguments: given })}\n</tool_call>` }
      : { calls: [{ name, arguments: given }] };
  if (manner === 'bad') {
    return { text: 'I am not sure what you mean. Could you tell me more?' };
  }
  if (about.includes(wantedKey)) {
    return messages.at(-1)?.content.includes(keptValue) === true
      ? { text: `The value is ${keptValue}.` }
      : call('look_up', { key: wantedKey });
  }
  if (about.includes('banana')) {
    return { text: format === undefined ? 'Yellow, and yes.' : '{"colour":"yellow","edible":true}' };
  }
  const [name, given] = about.includes(copyPath) ? (['write_file', copy] as const) : (['edit_file', edit] as const);
  return tools ? call(name, given) : { text: JSON.stringify(given) };
}
