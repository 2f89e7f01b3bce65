import { readJson } from './readJson.ts';

/** A call that was the whole of a text. */
export interface TextCall {
  readonly name: string;
  readonly arguments: unknown;
  /** What it was wrapped in, for the trace; `bare` for none. */
  readonly wrapper: string;
  /** Its JSON was closed but not right. */
  readonly mended: boolean;
  /** The call as it was written, without its wrappers. */
  readonly written: string;
}

type Form = Omit<TextCall, 'written'>;

/** Beginning and end of what the templates of models put around a call. A server that stops at the end may leave it out. */
const tags: readonly (readonly [string, string])[] = [
  ['<tool_call>', '</tool_call>'],
  ['<tool_calls>', '</tool_calls>'],
  ['<function_call>', '</function_call>'],
  ['<tools>', '</tools>'],
  ['<|tool_call|>', '<|/tool_call|>'],
  ['<|tool_call>', '<tool_call|>'],
  ['<|tool_call_start|>', '<|tool_call_end|>'],
  ['<|tool_calls_section_begin|>', '<|tool_calls_section_end|>'],
  ['<|tool_call_begin|>', '<|tool_call_end|>'],
  ['<|python_tag|>', '<|eom_id|>'],
  ['<｜tool▁calls▁begin｜>', '<｜tool▁calls▁end｜>'],
  ['<｜tool▁call▁begin｜>', '<｜tool▁call▁end｜>'],
  ['[TOOL_CALLS]', '[/TOOL_CALLS]'],
];

const endMark = /(?:<\|(?:im_end|eot_id|eom_id|end|call|endoftext)\|>|<end_of_turn>|<\/s>)$/;
const mostWrappers = 4;

/**
 * The one call that a text is, with nothing before or after it but white space, thoughts that were closed, and the wrappers of known
 * templates; undefined for anything else. A call inside of prose, two calls, or a call that is cut off are none.
 */
export function readTextCall(text: string): TextCall | undefined {
  const wrappers: string[] = [];
  let body = answerBody(text);
  for (let count = 0; count < mostWrappers; count += 1) {
    const inner = unwrap(body);
    if (inner === undefined) {
      break;
    }
    wrappers.push(inner.wrapper);
    body = inner.body;
  }
  const tagged = wrappers.some((wrapper) => wrapper !== fence);
  const form = functionTags(body) ?? channelCall(body) ?? headedCall(body, tagged) ?? jsonCall(body, tagged);
  if (form === undefined) {
    return undefined;
  }
  const named = [...wrappers, form.wrapper].filter((wrapper) => wrapper !== '').join(' ');
  return { ...form, wrapper: named === '' ? 'bare' : named, written: body };
}

/**
 * A text without what a server may leave in it: thoughts at its start, and an end token. More than one end of thoughts leaves open
 * which one is theirs; then they stay.
 */
export function answerBody(text: string): string {
  const whole = text.trim();
  const [thoughts, rest, ...more] = whole.split('</think>');
  const body = thoughts?.startsWith('<think>') === true && rest !== undefined && more.length === 0 ? rest : whole;
  return body.trim().replace(endMark, '').trim();
}

const fence = 'code fence';

function unwrap(body: string): { readonly body: string; readonly wrapper: string } | undefined {
  const fenced = insideFence(body) ?? /^`([^`\n]+)`$/.exec(body)?.[1];
  if (fenced !== undefined) {
    return { body: fenced.trim(), wrapper: fence };
  }
  const tag = tags.find(([begin]) => body.startsWith(begin));
  if (tag === undefined) {
    return undefined;
  }
  const [begin, end] = tag;
  const inner = body.slice(begin.length).trim();
  return { body: (inner.endsWith(end) ? inner.slice(0, -end.length) : inner).trim(), wrapper: begin };
}

/** What is between two equal fences, without the name of a language; read once, however long it is. */
function insideFence(body: string): string | undefined {
  const mark = /^(?:```+|~~~+)/.exec(body)?.[0];
  return mark !== undefined && body.length >= 2 * mark.length && body.endsWith(mark)
    ? body.slice(mark.length, -mark.length).replace(/^[\w+-]+/, '')
    : undefined;
}

/**
 * `<function=name><parameter=key>value</parameter></function>`, or JSON in place of the parameters. Values are text as it stands,
 * so one with such a tag in it could be read in two ways: then it is no call.
 */
function functionTags(body: string): Form | undefined {
  const [, name = '', inner = ''] = /^<function=([^>\s]{1,100})>([^]*)<\/function>$/.exec(body) ?? [];
  if (name === '') {
    return undefined;
  }
  if (inner.trim().startsWith('{')) {
    const read = readJson(inner.trim());
    return read.kind === 'read'
      ? { name, arguments: read.value, mended: read.mended, wrapper: '<function=>' }
      : undefined;
  }
  const parameters = [...inner.matchAll(/\s*<parameter=([^>\s]{1,100})>([^]*?)<\/parameter>\s*/gy)];
  const length = parameters.reduce((sum, [whole]) => sum + whole.length, 0);
  const values = parameters.map(([, key = '', value = '']) => [key, value.replace(/^\r?\n|\r?\n$/g, '')] as const);
  const ambiguous = values.some(([, value]) => /<\/?(?:parameter|function)\b/.test(value));
  const isWhole = length === inner.length || (parameters.length === 0 && inner.trim() === '');
  return ambiguous || !isWhole || new Set(values.map(([key]) => key)).size !== values.length
    ? undefined
    : { name, arguments: Object.fromEntries(values), mended: false, wrapper: '<function=>' };
}

/** `<|channel|>commentary to=functions.name <|constrain|>json<|message|>{…}` */
function channelCall(body: string): Form | undefined {
  const [, name = '', json = ''] =
    /^(?:<\|start\|>assistant)?<\|channel\|>(?:commentary|analysis) to=([\w.-]{1,100})\s*(?:(?:<\|constrain\|>\s*)?json\s*)?<\|message\|>([^]*)$/.exec(
      body,
    ) ?? [];
  return name === '' ? undefined : namedCall(name, json, '<|channel|>');
}

/** A name with its JSON behind it: `functions.read_file:0 {…}`, and inside of tags with or without the prefix. */
function headedCall(body: string, tagged: boolean): Form | undefined {
  const [, name = '', json = ''] =
    /^(?:function<｜tool▁sep｜>)?([\w.-]{1,100}(?::\d{1,4})?)\s*(?:(?:<\|tool_call_argument_begin\|>|\[ARGS\]|<｜tool▁sep｜>)\s*)?([{`][^]*)$/.exec(
      body,
    ) ?? [];
  return name !== '' && (tagged || name.startsWith('functions.'))
    ? namedCall(name, unwrap(json)?.body ?? json, tagged ? '' : 'functions.')
    : undefined;
}

function namedCall(name: string, json: string, wrapper: string): Form | undefined {
  const read = readJson(json.trim());
  return read.kind === 'read' && isRecord(read.value)
    ? { name, arguments: read.value, mended: read.mended, wrapper }
    : undefined;
}

const nameKeys: ReadonlySet<string> = new Set(['name', 'tool', 'tool_name', 'function']);
const argumentKeys: ReadonlySet<string> = new Set(['arguments', 'parameters', 'args', 'input']);
/** Say nothing about the call. */
const idleKeys: ReadonlySet<string> = new Set(['id', 'type', 'index', 'call_id']);
const holderKeys: ReadonlySet<string> = new Set(['function', 'tool_calls', 'tool_call', 'function_call']);

function jsonCall(body: string, tagged: boolean): Form | undefined {
  const read = /^[[{]/.test(body) ? readJson(body) : undefined;
  const found = read?.kind === 'read' ? objectCall(read.value, tagged, 0) : undefined;
  return found === undefined || read?.kind !== 'read'
    ? undefined
    : { ...found, mended: read.mended, wrapper: found.held ? 'wrapper object' : '' };
}

interface ObjectCall {
  readonly name: string;
  readonly arguments: unknown;
  readonly held: boolean;
}

/** An object with a name and arguments and nothing else, by itself, the only one of a list, or held by an object of the APIs. */
function objectCall(value: unknown, tagged: boolean, depth: number): ObjectCall | undefined {
  if (depth > 3) {
    return undefined;
  }
  if (Array.isArray(value)) {
    const found = value.length === 1 ? objectCall(value[0], tagged, depth + 1) : undefined;
    return found === undefined ? undefined : { ...found, held: true };
  }
  if (!isRecord(value)) {
    return undefined;
  }
  const entries = Object.entries(value).filter(([key]) => !idleKeys.has(key));
  const [only, ...others] = entries;
  if (only !== undefined && others.length === 0 && holderKeys.has(only[0]) && typeof only[1] === 'object') {
    const found = objectCall(only[1], true, depth + 1);
    return found === undefined ? undefined : { ...found, held: true };
  }
  const names = entries.filter(([key]) => nameKeys.has(key));
  const given = entries.filter(([key]) => argumentKeys.has(key));
  const name = names[0]?.[1];
  const complete = names.length === 1 && names.length + given.length === entries.length;
  if (!complete || typeof name !== 'string' || name.trim() === '' || name.length > 100) {
    return undefined;
  }
  return given.length === 1 || (given.length === 0 && tagged)
    ? { name, arguments: given[0]?.[1] ?? {}, held: false }
    : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
