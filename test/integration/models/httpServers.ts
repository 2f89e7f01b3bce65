import type { LanguageModel } from '../../../src/core/models/languageModel.ts';
import type { HttpTimeouts } from '../../../src/node/models/http/httpFetch.ts';
import { createOllamaModel } from '../../../src/node/models/ollama/ollama.ts';
import { createOpenaiModel } from '../../../src/node/models/openai/openai.ts';
import type { FakeModelServer } from '../../fakes/ollama/fakeListener.ts';
import { startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import type { FakeTurn } from '../../fakes/ollama/fakeTurn.ts';
import { startFakeOpenai } from '../../fakes/openai/fakeOpenai.ts';
import { dialects } from '../../fakes/openai/openaiFakeTurn.ts';

/** What every fake of a server can be told. */
export interface ServerOptions {
  readonly slots?: number;
  readonly queueLimit?: number;
  readonly loadMs?: number;
  readonly slowHeadersMs?: number;
}

export interface HttpServerKind {
  readonly name: string;
  readonly path: 'ollama native' | 'ollama rendered' | 'openai';
  /** A server that gives this turn to every request. */
  start(turn: FakeTurn, options?: ServerOptions): Promise<FakeModelServer>;
  /** A model named `scripted` behind the server at this address: scheme, host and port. */
  open(url: string, timeouts?: Partial<HttpTimeouts>): LanguageModel;
}

/** Every server that a driver speaks HTTP with. */
export const httpServers: readonly HttpServerKind[] = [
  ...(['native', 'rendered'] as const).map((path): HttpServerKind => ({
    name: `Ollama, ${path} path`,
    path: `ollama ${path}`,
    start: (turn, options) => startFakeOllama({ script: () => turn, path, ...options }),
    open: (url, timeouts = {}) => createOllamaModel({ name: 'scripted', host: url, timeouts }),
  })),
  ...dialects.map((dialect): HttpServerKind => ({
    name: `OpenAI API of ${dialect}`,
    path: 'openai',
    start: (turn, options) => startFakeOpenai({ script: () => turn, dialect, ...options }),
    open: (url, timeouts = {}) => createOpenaiModel({ name: 'scripted', base: `${url}/v1`, timeouts }),
  })),
];
