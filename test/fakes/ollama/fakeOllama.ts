import type http from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerChunks } from './answerChunks.ts';
import { capabilitiesOf, defaultModels, type FakeModel, findModel, psBody, showBody, tagsBody } from './catalog.ts';
import { type ChatBody, chatBodySchema, cutToWindow, illegalOrder, promptTokens } from './chatBody.ts';
import { answerEmbed, embedBodySchema } from './embeddings.ts';
import { FakeListener, type FakeModelServer, type SeenRequest } from './fakeListener.ts';
import type { FakeTurn, ServerPath } from './fakeTurn.ts';
import { type FakePull, Pulls } from './pulls.ts';
import { Slots } from './slots.ts';
import { streamAnswer } from './streamAnswer.ts';
import { isTrial, trialAnswer } from '../trialAnswers.ts';

export interface FakeOllamaOptions {
  /** One turn per answer already in the request, or a function of the request. */
  readonly script: readonly FakeTurn[] | ((body: ChatBody) => FakeTurn);
  readonly path?: ServerPath;
  readonly models?: readonly FakeModel[];
  readonly version?: string;
  /** Window of a request that names none, and the real one of the `silentTruncate` fault. */
  readonly contextDefault?: number;
  /** Old servers do not know `truncate` and `shift` and ignore them; other implementations may refuse them. */
  readonly guards?: 'honoured' | 'ignored' | 'refused';
  /** Servers of before do not say in `/api/ps` what window they gave a model. */
  readonly hidesWindows?: boolean;
  readonly slots?: number;
  readonly queueLimit?: number;
  /** Loading a model, or loading it with another window, takes this long. */
  readonly loadMs?: number;
  readonly slowHeadersMs?: number;
  readonly port?: number;
  /** What can be pulled, by name; anything else is in no library. */
  readonly library?: Readonly<Record<string, FakePull>>;
}

export interface FakeOllama extends FakeModelServer {
  /** Models with their windows, in the order in which they were loaded. */
  readonly loads: readonly { readonly model: string; readonly window: number }[];
  /** Chats that were answered or queued at the same time, at most. */
  readonly mostChats: number;
}

const statusFaults: Readonly<Record<string, readonly [number, string]>> = {
  http400: [400, 'invalid options: temperature'],
  http404: [404, "model 'scripted' not found"],
  http429: [429, 'too many requests, slow down'],
  http500: [500, 'model runner has unexpectedly stopped, this may be due to resource limitations or an internal error'],
  http503: [503, 'server busy, please try again.  maximum pending requests exceeded'],
};

/** An Ollama server on 127.0.0.1 that answers from a script: the wire contract of 0.33, its two paths, its faults. */
export async function startFakeOllama(options: FakeOllamaOptions): Promise<FakeOllama> {
  const fake = new FakeServer(options);
  await fake.listen(options.port ?? 0);
  return fake;
}

class FakeServer extends FakeListener {
  private readonly options: FakeOllamaOptions;
  private readonly models: FakeModel[];
  private readonly pulls: Pulls;
  private readonly slots: Slots;
  private readonly faulted = new Map<FakeTurn, number>();

  constructor(options: FakeOllamaOptions) {
    super();
    this.options = options;
    this.models = [...(options.models ?? defaultModels)];
    this.pulls = new Pulls(options.library ?? {}, (name) => {
      if (findModel(this.models, name) === undefined) {
        this.models.unshift({ name });
      }
    });
    this.slots = new Slots(options.slots ?? 1, options.queueLimit ?? 512);
  }

  get loads(): Slots['loads'] {
    return this.slots.loads;
  }

  get mostChats(): number {
    return this.slots.most;
  }

  protected override async serve(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    gone: AbortSignal,
  ): Promise<void> {
    const route = request.url ?? '';
    const text = await readText(request);
    const body = text === '' ? undefined : parseJson(text);
    const chat = chatBodySchema.safeParse(body);
    const path = chat.success && isTrial(chat.data.messages) ? `${route} (trial)` : route;
    this.shownPaths.set(request, path);
    const seen: SeenRequest = { path, body };
    this.requests.push(seen);
    switch (`${request.method} ${route}`) {
      case 'GET /api/version':
        return json(response, 200, { version: this.options.version ?? '0.33.0' });
      case 'GET /api/tags':
        return json(response, 200, tagsBody(this.models));
      case 'GET /api/ps':
        return json(response, 200, psBody(this.models, this.slots.windows, this.options.hidesWindows === true));
      case 'POST /api/show':
        return this.show(seen.body, response);
      case 'POST /api/chat':
        return this.chat(seen, response, gone);
      case 'POST /api/embed':
        return this.embed(seen.body, response);
      case 'POST /api/pull':
        return this.pulls.serve(seen.body, response, gone);
      default:
        this.violations.push(`unknown route ${request.method} ${route}`);
        response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found');
    }
  }

  private show(body: unknown, response: http.ServerResponse): void {
    const name = typeof body === 'object' && body !== null && 'model' in body ? String(body.model) : '';
    const model = findModel(this.models, name);
    json(response, model === undefined ? 404 : 200, model === undefined ? missing(name) : showBody(model));
  }

  private embed(body: unknown, response: http.ServerResponse): void {
    const parsed = embedBodySchema.safeParse(body);
    if (!parsed.success) {
      return this.violate(response, parsed.error.issues.map(({ message }) => message).join('; '));
    }
    const model = findModel(this.models, parsed.data.model);
    return model === undefined
      ? json(response, 404, { error: `model "${parsed.data.model}" not found, try pulling it first` })
      : answerEmbed(model, parsed.data, response);
  }

  private async chat(seen: SeenRequest, response: http.ServerResponse, gone: AbortSignal): Promise<void> {
    const parsed = chatBodySchema.safeParse(seen.body);
    if (!parsed.success) {
      return this.violate(
        response,
        parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
      );
    }
    const body = parsed.data;
    const disorder = illegalOrder(body.messages);
    if (disorder !== undefined) {
      return this.violate(response, disorder);
    }
    if (this.options.guards === 'refused' && (body.truncate !== undefined || body.shift !== undefined)) {
      return json(response, 400, { error: 'json: unknown field "truncate"' });
    }
    const model = findModel(this.models, body.model);
    if (model === undefined) {
      return json(response, 404, missing(body.model));
    }
    for (const [needed, capability] of [
      [body.tools !== undefined && body.tools.length > 0, 'tools'],
      [body.think === true, 'thinking'],
    ] as const) {
      if (needed && !capabilitiesOf(model).includes(capability)) {
        return json(response, 400, { error: `"${body.model}" does not support ${capability}` });
      }
    }
    const place = await this.slots.take(gone);
    if (place === 'full') {
      return json(response, 503, { error: 'server busy, please try again.  maximum pending requests exceeded' });
    }
    if (place === 'taken') {
      try {
        await this.answer(seen, model, body, response, gone);
      } finally {
        this.slots.release();
      }
    }
  }

  private async answer(
    seen: SeenRequest,
    model: FakeModel,
    body: ChatBody,
    response: http.ServerResponse,
    gone: AbortSignal,
  ): Promise<void> {
    const turn = isTrial(body.messages) ? trialTurn(model, body) : this.turnFor(body);
    if (typeof turn === 'string') {
      return this.violate(response, turn, 500);
    }
    const asked = body.options?.num_ctx ?? this.options.contextDefault ?? 4_096;
    const silent = turn.fault === 'silentTruncate';
    const window = silent ? (this.options.contextDefault ?? 4_096) : asked;
    if (this.slots.load(model.name, window)) {
      await sleep(this.options.loadMs ?? 0, undefined, { signal: gone });
    }
    const guarded = !silent && this.options.guards !== 'ignored' && (body.shift === false || body.truncate === false);
    if (guarded && promptTokens(body) > window) {
      return json(response, 400, {
        error:
          'the prompt is longer than the context length currently available to the model; shorten it or raise num_ctx',
      });
    }
    const { kept, count } = cutToWindow(body, window);
    seen.kept = kept;
    await sleep(
      (turn.delayMs ?? 0) + (turn.fault === 'slowHeaders' ? (this.options.slowHeadersMs ?? 3_000) : 0),
      undefined,
      {
        signal: gone,
      },
    );
    const refusal = statusFaults[turn.fault ?? ''];
    if (refusal !== undefined) {
      response.setHeader('retry-after', '7');
      return json(response, refusal[0], { error: refusal[1] });
    }
    if (turn.fault === 'html502') {
      response
        .writeHead(502, { 'content-type': 'text/html' })
        .end('<html><body><h1>502 Bad Gateway</h1></body></html>');
      return;
    }
    if (turn.fault === 'redirect') {
      response.writeHead(302, { location: 'http://127.0.0.1:9/api/chat' }).end();
      return;
    }
    const answer = answerChunks(body, turn, turn.path ?? this.options.path ?? 'native', count);
    if (answer.error !== undefined && answer.chunks.length === 0) {
      return json(response, 500, { error: answer.error });
    }
    if (body.stream === false) {
      this.violations.push('stream:false');
    }
    await streamAnswer(response, body, turn, answer, gone);
  }

  /** The turn due, its fault taken off when it happened often enough; or what is wrong. */
  private turnFor(body: ChatBody): FakeTurn | string {
    const { script } = this.options;
    const index = body.messages.filter((message) => message.role === 'assistant').length;
    const turn = typeof script === 'function' ? script(body) : script[index];
    if (turn === undefined) {
      return `the script has no turn ${index + 1}`;
    }
    const last = body.messages.findLastIndex((message) => message.role === 'assistant');
    const wanted = turn.expect?.lastContains;
    if (wanted !== undefined && !body.messages.slice(last + 1).some((message) => message.content.includes(wanted))) {
      return `turn ${index + 1} expects ${JSON.stringify(wanted)} in the last messages`;
    }
    const offered = (body.tools ?? []).map((tool) => tool.function.name);
    const absent = turn.expect?.tools?.find((name) => !offered.includes(name));
    if (absent !== undefined) {
      return `turn ${index + 1} expects the tool ${absent}`;
    }
    const happened = this.faulted.get(turn) ?? 0;
    this.faulted.set(turn, happened + 1);
    if (turn.faultTimes === undefined || happened < turn.faultTimes) {
      return turn;
    }
    const { fault: _fault, ...healthy } = turn;
    return healthy;
  }

  private violate(response: http.ServerResponse, what: string, status = 400): void {
    this.violations.push(what);
    json(response, status, { error: what });
  }
}

function trialTurn(model: FakeModel, body: ChatBody): FakeTurn {
  const format = typeof body.format === 'object' ? body.format : undefined;
  const { text, calls } = trialAnswer(model.trial ?? 'good', body.messages, {
    tools: (body.tools ?? []).length > 0,
    format,
  });
  return { ...(text === undefined ? {} : { text }), ...(calls === undefined ? {} : { calls: [...calls] }) };
}

function json(response: http.ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

function missing(name: string): { error: string } {
  return { error: `model '${name}' not found` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
