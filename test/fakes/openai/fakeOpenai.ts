import type http from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { illegalOrder } from '../ollama/chatBody.ts';
import { isTrial, trialAnswer } from '../trialAnswers.ts';
import { Slots } from '../ollama/slots.ts';
import { FakeListener, type FakeModelServer, type SeenRequest } from '../ollama/fakeListener.ts';
import { missingModel, modelList, noTools, refusal, send, statusFault, tooLong } from './dialect.ts';
import { asOllamaMessages, cutInSilence, type OpenaiBody, openaiBodySchema, openaiPromptTokens } from './openaiBody.ts';
import { openaiEvents } from './openaiEvents.ts';
import type { Dialect, OpenaiFakeTurn } from './openaiFakeTurn.ts';
import { streamEvents } from './streamEvents.ts';

export interface FakeOpenaiOptions {
  /** One turn per answer already in the request, or a function of the request. */
  readonly script: readonly OpenaiFakeTurn[] | ((body: OpenaiBody) => OpenaiFakeTurn);
  readonly dialect?: Dialect;
  readonly models?: readonly string[];
  /** The window that the server was started with, tokens. */
  readonly window?: number;
  /** The window that the model was trained for, tokens. */
  readonly trained?: number;
  /** False: started without what makes tools work. */
  readonly tools?: boolean;
  /** Asked for in every request but those without a key at all, which fail. */
  readonly key?: string;
  /** Fields of a request that this server refuses. */
  readonly refuses?: readonly ('stream_options' | 'json_schema' | 'json_object')[];
  readonly slots?: number;
  readonly queueLimit?: number;
  /** Before the first answer: the model is loaded. */
  readonly loadMs?: number;
  readonly slowHeadersMs?: number;
  readonly port?: number;
}

export interface FakeOpenai extends FakeModelServer {
  /** Base address of the API, with `/v1`. */
  readonly base: string;
}

export async function startFakeOpenai(options: FakeOpenaiOptions): Promise<FakeOpenai> {
  const fake = new FakeServer(options);
  await fake.listen(options.port ?? 0);
  return fake;
}

class FakeServer extends FakeListener implements FakeOpenai {
  private readonly options: FakeOpenaiOptions;
  private readonly dialect: Dialect;
  private readonly slots: Slots;

  constructor(options: FakeOpenaiOptions) {
    super();
    this.options = options;
    this.dialect = options.dialect ?? 'vllm';
    this.slots = new Slots(options.slots ?? 4, options.queueLimit ?? 512);
  }

  get base(): string {
    return `${this.url}/v1`;
  }

  protected override async serve(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    gone: AbortSignal,
  ): Promise<void> {
    const { method, url: path = '', headers } = request;
    const text = await readText(request);
    const seen: SeenRequest = {
      path,
      body: text === '' ? undefined : parseJson(text),
      authorization: headers.authorization,
    };
    this.requests.push(seen);
    if (this.options.key !== undefined && headers.authorization !== `Bearer ${this.options.key}`) {
      return send(response, refusal(this.dialect, 401, `Invalid key: ${headers.authorization ?? 'none'}`));
    }
    const { window = 8_192, trained = 32_768, models = ['scripted'] } = this.options;
    switch (`${method} ${path} ${this.dialect}`) {
      case `GET /v1/models ${this.dialect}`:
        return send(response, { status: 200, body: modelList(this.dialect, models, window, trained) });
      case 'GET /props llamacpp':
        return send(response, {
          status: 200,
          body: { default_generation_settings: { n_ctx: window }, total_slots: 1 },
        });
      case 'GET /api/v0/models lmstudio':
        return send(response, {
          status: 200,
          body: {
            data: models.map((id) => ({
              id,
              state: 'loaded',
              max_context_length: trained,
              loaded_context_length: window,
            })),
          },
        });
      case `POST /v1/chat/completions ${this.dialect}`:
        return this.chat(seen, response, gone);
      default:
        return this.unknown(`${method} ${path}`, response);
    }
  }

  private unknown(route: string, response: http.ServerResponse): void {
    if (!/^GET \/(props|api\/v0\/models)$/.test(route)) {
      this.violations.push(`unknown route ${route}`);
    }
    const body = { error: `Unexpected endpoint or method. (${route}). Returning 200 anyway` };
    send(
      response,
      this.dialect === 'lmstudio' ? { status: 200, body } : { status: 404, body: { detail: 'Not Found' } },
    );
  }

  private async chat(seen: SeenRequest, response: http.ServerResponse, gone: AbortSignal): Promise<void> {
    const parsed = openaiBodySchema.safeParse(seen.body);
    if (!parsed.success) {
      const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
      return this.violate(response, issues.join('; '));
    }
    const body = parsed.data;
    const disorder = illegalOrder(asOllamaMessages(body));
    if (disorder !== undefined) {
      return this.violate(response, disorder);
    }
    if (body.tools !== undefined && body.response_format !== undefined) {
      return this.violate(response, 'tools and a format together');
    }
    const refused = this.refused(body);
    if (refused !== undefined) {
      return send(response, refused);
    }
    const place = await this.slots.take(gone);
    if (place === 'full') {
      return send(response, refusal(this.dialect, 503, 'Too many requests in the queue'));
    }
    if (place === 'taken') {
      try {
        await this.answer(body, response, gone);
      } finally {
        this.slots.release();
      }
    }
  }

  private refused(body: OpenaiBody) {
    const { refuses = [], models = ['scripted'], tools = true } = this.options;
    if (body.stream_options !== undefined && refuses.includes('stream_options')) {
      return refusal(this.dialect, 422, 'body.stream_options: Extra inputs are not permitted');
    }
    const format = body.response_format?.type;
    if (format !== undefined && refuses.includes(format)) {
      return refusal(this.dialect, 400, `'response_format.type' ${format} is not supported`);
    }
    // llama-server has one model, and answers with it whatever it is asked for.
    if (this.dialect !== 'llamacpp' && !models.includes(body.model)) {
      return missingModel(this.dialect, body.model);
    }
    return body.tools === undefined || tools ? undefined : noTools(this.dialect, body.model);
  }

  private async answer(body: OpenaiBody, response: http.ServerResponse, gone: AbortSignal): Promise<void> {
    const turn = trialTurn(body) ?? this.turnFor(body);
    if (typeof turn === 'string') {
      return this.violate(response, turn, 500);
    }
    const { window = 8_192 } = this.options;
    const tokens = openaiPromptTokens(body.messages, body.tools);
    const silent = turn.fault === 'silentTruncate';
    const refused = tokens > window && !silent ? tooLong(this.dialect, tokens, window) : undefined;
    if (refused !== undefined) {
      return send(response, refused);
    }
    const { count } = cutInSilence(body, window);
    if (this.slots.load(body.model, window)) {
      await sleep(this.options.loadMs ?? 0, undefined, { signal: gone });
    }
    const slow = turn.fault === 'slowHeaders' ? (this.options.slowHeadersMs ?? 3_000) : 0;
    await sleep((turn.delayMs ?? 0) + slow, undefined, { signal: gone });
    const failed = statusFault(this.dialect, turn.fault, body.model);
    if (failed !== undefined) {
      return send(response, failed);
    }
    if (turn.fault === 'html502') {
      response
        .writeHead(502, { 'content-type': 'text/html' })
        .end('<html><body><h1>502 Bad Gateway</h1></body></html>');
      return;
    }
    if (turn.fault === 'redirect') {
      response.writeHead(302, { location: 'http://127.0.0.1:9/v1/chat/completions' }).end();
      return;
    }
    const events = openaiEvents(body, turn, this.dialect, count);
    await streamEvents(response, { body, turn, dialect: this.dialect, events }, gone);
  }

  /** The turn due, or what is wrong. */
  private turnFor(body: OpenaiBody): OpenaiFakeTurn | string {
    const { script } = this.options;
    const index = body.messages.filter((message) => message.role === 'assistant').length;
    const turn = typeof script === 'function' ? script(body) : script[index];
    if (turn === undefined) {
      return `the script has no turn ${index + 1}`;
    }
    const last = body.messages.findLastIndex((message) => message.role === 'assistant');
    const wanted = turn.expect?.lastContains;
    if (wanted !== undefined && !body.messages.slice(last + 1).some((message) => message.content?.includes(wanted))) {
      return `turn ${index + 1} expects ${JSON.stringify(wanted)} in the last messages`;
    }
    const offered = (body.tools ?? []).map((tool) => tool.function.name);
    const absent = turn.expect?.tools?.find((name) => !offered.includes(name));
    return absent === undefined ? turn : `turn ${index + 1} expects the tool ${absent}`;
  }

  private violate(response: http.ServerResponse, what: string, status = 400): void {
    this.violations.push(what);
    send(response, refusal(this.dialect, status, what));
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A model that is tried out does everything right, and its script is not asked. */
function trialTurn({ messages, tools, response_format: format }: OpenaiBody): OpenaiFakeTurn | undefined {
  const seen = messages.map(({ role, content }) => ({ role, content: content ?? '' }));
  if (!isTrial(seen)) {
    return undefined;
  }
  const { text, calls } = trialAnswer('good', seen, {
    tools: (tools ?? []).length > 0,
    format: format?.type === 'json_schema' ? format.json_schema.schema : undefined,
  });
  return { ...(text === undefined ? {} : { text }), ...(calls === undefined ? {} : { calls: [...calls] }) };
}
