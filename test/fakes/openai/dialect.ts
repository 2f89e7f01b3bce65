import type http from 'node:http';
import type { Dialect, OpenaiFault } from './openaiFakeTurn.ts';

/** What a server has to say when it refuses; its body differs from server to server, its status less. */
export interface Refusal {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export function refusal(
  dialect: Dialect,
  status: number,
  message: string,
  type = 'invalid_request_error',
  more = {},
): Refusal {
  switch (dialect) {
    case 'vllm':
      return { status, body: { error: { message, type: 'BadRequestError', param: null, code: status } } };
    case 'llamacpp':
      return { status, body: { error: { code: status, message, type, ...more } } };
    case 'lmstudio':
      return { status, body: { error: message } };
    case 'ollama':
      break;
  }
  return { status, body: { error: { message, type, param: null, code: null } } };
}

export function missingModel(dialect: Dialect, name: string): Refusal {
  const message = {
    vllm: `The model \`${name}\` does not exist.`,
    llamacpp: `model '${name}' not found`,
    lmstudio: `Model "${name}" not found. Please specify a valid model ID`,
    ollama: `model '${name}' not found`,
  }[dialect];
  return refusal(dialect, 404, message, 'not_found_error');
}

/** What a server says to a prompt that is longer than its window; LM Studio and Ollama cut it in silence. */
export function tooLong(dialect: Dialect, tokens: number, window: number): Refusal | undefined {
  switch (dialect) {
    case 'vllm':
      return refusal(
        dialect,
        400,
        `This model's maximum context length is ${window} tokens. However, your request has ${tokens} input tokens. Please reduce the length of the input messages.`,
      );
    case 'llamacpp':
      return refusal(
        dialect,
        400,
        `request (${tokens} tokens) exceeds the available context size (${window} tokens), try increasing it`,
        'exceed_context_size_error',
        { n_prompt_tokens: tokens, n_ctx: window },
      );
    default:
      return undefined;
  }
}

export function noTools(dialect: Dialect, model: string): Refusal {
  const message = {
    vllm: '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
    llamacpp: 'tools param requires --jinja flag',
    lmstudio: `The model ${model} does not support tools`,
    ollama: `registry.ollama.ai/library/${model} does not support tools`,
  }[dialect];
  return refusal(dialect, dialect === 'llamacpp' ? 500 : 400, message);
}

/** Error bodies of a fault with a status. */
export function statusFault(dialect: Dialect, fault: OpenaiFault | undefined, model: string): Refusal | undefined {
  switch (fault) {
    case 'http400':
      return refusal(dialect, 400, 'temperature must be non-negative');
    case 'http401':
      return refusal(dialect, 401, 'Invalid API key', 'authentication_error');
    case 'http404':
      return missingModel(dialect, model);
    case 'http429':
      return { ...refusal(dialect, 429, 'Too many requests'), headers: { 'retry-after': '7' } };
    case 'http500':
      return refusal(dialect, 500, 'EngineCore encountered an issue: out of memory', 'server_error');
    case 'http503':
      return refusal(dialect, 503, 'Loading model', 'unavailable_error');
    case 'error200':
      return { status: 200, body: { error: 'Unexpected endpoint or method. (POST /chat/completions)' } };
    default:
      return undefined;
  }
}

/** The error that a server puts among the events of an answer. */
export function midStreamError(dialect: Dialect): string {
  const { body } = refusal(dialect, 500, 'the model runner has unexpectedly stopped', 'server_error');
  return dialect === 'lmstudio' ? `event: error\ndata: ${JSON.stringify(body)}` : `data: ${JSON.stringify(body)}`;
}

/** `GET /models` as each has it. */
export function modelList(dialect: Dialect, names: readonly string[], window: number, trained: number): unknown {
  const own = {
    vllm: { owned_by: 'vllm', root: 'm', parent: null, max_model_len: window, permission: [] },
    llamacpp: { owned_by: 'llamacpp', meta: { vocab_type: 2, n_vocab: 151_936, n_ctx_train: trained, n_embd: 4_096 } },
    lmstudio: { owned_by: 'organization_owner' },
    ollama: { owned_by: 'library' },
  }[dialect];
  return { object: 'list', data: names.map((id) => ({ id, object: 'model', created: 1_793_000_000, ...own })) };
}

export function send(response: http.ServerResponse, { status, body, headers = {} }: Refusal): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
