import type { ChatRequest, Message, ToolCall, ToolSpec } from '../languageModel.ts';

/**
 * What a model is asked before it is given work. Nothing of the user's is in it. Grows when a change of the questions, or of how they
 * are judged, makes older grades worthless.
 */
export const trialVersion = 1;

export const trialSystem =
  'You are being tried out before you are given work. Do exactly what is asked, and add nothing.';

/** Tokens of an answer; a model that thinks first needs most of them for that. */
const mostAnswerTokens = 2_048;

const textParameter = { type: 'string' } as const;

function tool(name: string, description: string, parameters: readonly string[]): ToolSpec {
  return {
    name,
    description,
    parameters: {
      type: 'object',
      properties: Object.fromEntries(parameters.map((each) => [each, textParameter])),
      required: parameters,
    },
  };
}

export const lookUp = tool('look_up', 'Looks up the value that is kept under a key.', ['key']);
const listKeys = tool('list_keys', 'Lists the keys that begin with a prefix.', ['prefix']);
export const editFile = tool(
  'edit_file',
  'Replaces a piece of a file. `old` is the exact text that stands in the file once, `new` is what takes its place.',
  ['path', 'old', 'new'],
);
export const writeFile = tool('write_file', 'Writes a whole file.', ['path', 'content']);

export const wantedKey = 'kestrel-47';
/** What only the tool's result says. */
export const keptValue = 'violet-8613';

const edited = [
  'function clamp(value) {',
  '  const low = 0;',
  '  const high = 40;',
  '  return Math.max(low, value);',
  '}',
];
export const editPath = 'src/clamp.js';
export const editBefore = `${edited.join('\n')}\n`;
export const editAfter = editBefore.replace('high = 40', 'high = 60').replace('value);', 'Math.min(high, value));');

export const copyPath = 'src/label.js';
/** Quotes of three kinds, a tab, a backslash and an accent: what goes wrong in JSON first. */
export const copyText = [
  'export function label(name) {',
  "\tconst text = name.trim() || 'nobody';",
  '\treturn `"${text}" has ${text.length} letters\\n`;',
  '\t// déjà vu',
  '}',
  '',
].join('\n');

/** Says nothing of JSON: an answer that fits shows that the server holds the model to the schema. */
export const colourSchema = {
  type: 'object',
  properties: { colour: { type: 'string', enum: ['blue', 'green', 'yellow'] }, edible: { type: 'boolean' } },
  required: ['colour', 'edible'],
  additionalProperties: false,
} as const;

function schemaOf({ parameters }: ToolSpec): Readonly<Record<string, unknown>> {
  return { ...parameters, additionalProperties: false };
}

interface Bounds {
  readonly contextTokens: number;
}

export function question(
  { contextTokens }: Bounds,
  messages: readonly Message[],
  offer: { readonly tools?: readonly ToolSpec[]; readonly format?: ChatRequest['format'] },
): ChatRequest {
  return {
    messages: [{ role: 'system', content: trialSystem }, ...messages],
    tools: offer.tools ?? [],
    ...(offer.format === undefined ? {} : { format: offer.format }),
    contextTokens,
    maxOutputTokens: Math.min(mostAnswerTokens, Math.floor(contextTokens / 2)),
    temperature: 0,
    seed: 1,
  };
}

export const callAsked: Message = {
  role: 'user',
  content: `Call the tool look_up with the key ${wantedKey}. When you have its result, answer with the value it gives.`,
};

export function callQuestion(bounds: Bounds): ChatRequest {
  return question(bounds, [callAsked], { tools: [lookUp, listKeys] });
}

/** The result of its own call is given back, in the way in which it made the call. */
export function resultQuestion(
  bounds: Bounds,
  call: { readonly native: ToolCall } | { readonly text: string },
): ChatRequest {
  const result = JSON.stringify({ key: wantedKey, value: keptValue });
  const exchange: Message[] =
    'native' in call
      ? [
          { role: 'assistant', content: '', calls: [call.native] },
          { role: 'tool', callId: call.native.id, tool: call.native.name, content: result },
        ]
      : [
          { role: 'assistant', content: call.text },
          { role: 'user', content: `Result of look_up: ${result}` },
        ];
  return question(bounds, [callAsked, ...exchange], { tools: [lookUp, listKeys] });
}

export function schemaQuestion(bounds: Bounds): ChatRequest {
  const content = 'What is the colour of a ripe banana, and can it be eaten?';
  return question(bounds, [{ role: 'user', content }], { format: colourSchema });
}

/** How a model is asked to act: by a call of a tool on offer, or by an answer that fits the tool's schema. */
export type ActMode = 'tools' | 'schema';

export function editQuestion(bounds: Bounds, mode: ActMode): ChatRequest {
  const how = mode === 'tools' ? 'Use edit_file for it, once.' : 'Answer with path, old and new.';
  const content = `This is ${editPath}:\n\n${editBefore}\nMake high 60, and return Math.max(low, Math.min(high, value)). Replace only whole lines, both in one edit. ${how}`;
  return act(bounds, mode, content, editFile);
}

export function copyQuestion(bounds: Bounds, mode: ActMode): ChatRequest {
  const how = mode === 'tools' ? `Use write_file to write it to ${copyPath}.` : 'Answer with path and content.';
  const content = `Copy this file exactly, every character of it, to ${copyPath}:\n\n${copyText}\n${how}`;
  return act(bounds, mode, content, writeFile);
}

function act(bounds: Bounds, mode: ActMode, content: string, asked: ToolSpec): ChatRequest {
  const offer = mode === 'tools' ? { tools: [editFile, writeFile] } : { format: schemaOf(asked) };
  return question(bounds, [{ role: 'user', content }], offer);
}
