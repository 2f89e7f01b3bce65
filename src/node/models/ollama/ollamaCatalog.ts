import type { Ollama } from 'ollama/browser';
import type { z } from 'zod';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { ModelFailure, ModelInfo } from '../../../core/models/languageModel.ts';
import type { ModelFacts } from '../../../core/models/modelFacts.ts';
import { HttpFault } from '../http/httpFault.ts';
import { type HttpTimeouts, noLongerThan, queryTimeouts } from '../http/httpFetch.ts';
import { withOllama } from './ollamaClient.ts';
import { badHost, missingModel } from './ollamaFailure.ts';
import { parseOllamaHost, shownHost } from './ollamaHost.ts';
import {
  loadedSchema,
  modelFacts,
  offersTools,
  showSchema,
  tagsSchema,
  trainedContext,
  versionSchema,
} from './ollamaWire.ts';

/** What a server says of a model with its template and licence, or of some thousand models, is a fraction of it; bytes. */
const longestDocument = 8 * 1024 * 1024;

export interface InstalledModel {
  readonly name: string;
  readonly tools: boolean;
  /** Largest window, tokens; undefined when the server does not say. */
  readonly contextTokens?: number;
  readonly digest?: string;
  readonly facts?: ModelFacts;
}

/** The models a server has, in its order (newest first), each with whether it can call tools. */
export async function listOllamaModels(
  hostText: string,
  signal: AbortSignal,
): Promise<Result<readonly InstalledModel[], ModelFailure>> {
  const host = parseOllamaHost(hostText);
  if (!host.ok) {
    return fail(badHost(host.error));
  }
  const server = openServer(host.value, signal);
  const tags = await server.tags();
  if (!tags.ok) {
    return tags;
  }
  const models: InstalledModel[] = [];
  for (const { name, digest, size } of tags.value) {
    const shown = await server.show(name, size);
    if (shown.ok) {
      models.push({ name, ...shown.value, ...(digest === undefined ? {} : { digest }) });
    } else if (shown.error.reason !== 'model-missing') {
      return shown;
    }
  }
  return ok(models);
}

/** Bytes of the memory of a graphics card that a server uses now; undefined where it uses none, or does not say. */
export async function usedVideoMemory(hostText: string, signal: AbortSignal): Promise<number | undefined> {
  const host = parseOllamaHost(hostText);
  const loaded = host.ok ? await openServer(host.value, signal).loaded() : host;
  const used = loaded.ok ? loaded.value.reduce((sum, { size_vram: bytes = 0 }) => sum + bytes, 0) : 0;
  return used > 0 ? used : undefined;
}

/** What the server says of one model; a missing model's failure lists the installed ones. `host` is already parsed. */
export async function probeOllama(
  host: string,
  name: string,
  signal: AbortSignal,
  timeouts: Partial<HttpTimeouts> = {},
): Promise<Result<Omit<ModelInfo, 'id' | 'replay'>, ModelFailure>> {
  const server = openServer(host, signal, timeouts);
  const version = await server.version();
  if (!version.ok) {
    return version;
  }
  const shown = await server.show(name);
  if (!shown.ok && shown.error.reason !== 'model-missing') {
    return shown;
  }
  const tags = await server.tags();
  if (!shown.ok) {
    return fail(missingModel(shownHost(host), name, tags.ok ? tags.value.map((model) => model.name) : []));
  }
  const listed = tags.ok ? tags.value.find((model) => sameModel(model.name, name)) : undefined;
  const { facts, ...known } = shown.value;
  return ok({
    ...known,
    facts: { ...facts, ...(listed?.size ? { bytes: listed.size } : {}) },
    ...(listed?.digest === undefined ? {} : { digest: listed.digest }),
  });
}

/** Tokens of the window that a loaded model was given; undefined for one that is not loaded, and where the server does not say. */
export async function loadedWindow(
  host: string,
  name: string,
  signal: AbortSignal,
  timeouts: Partial<HttpTimeouts> = {},
): Promise<number | undefined> {
  const loaded = await openServer(host, signal, timeouts).loaded();
  return loaded.ok ? loaded.value.find((model) => sameModel(model.name, name))?.context_length : undefined;
}

/** `qwen3` is `qwen3:latest` to the server. */
function sameModel(installed: string, name: string): boolean {
  return installed === name || installed === `${name}:latest`;
}

function openServer(host: string, signal: AbortSignal, timeouts: Partial<HttpTimeouts> = {}) {
  const query = <Schema extends z.ZodType>(schema: Schema, ask: (client: Ollama) => Promise<unknown>, model?: string) =>
    withOllama(
      {
        host,
        asked: { host: shownHost(host), ...(model === undefined ? {} : { model }) },
        signal,
        timeouts: { ...queryTimeouts, ...timeouts },
        filter: noLongerThan(longestDocument),
      },
      async (client): Promise<z.infer<Schema>> => {
        const answer = schema.safeParse(await ask(client));
        if (!answer.success) {
          const issue = answer.error.issues[0];
          throw new HttpFault('malformed', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unexpected'}`);
        }
        return answer.data;
      },
    );
  return {
    version: () => query(versionSchema, (client) => client.version()),
    tags: async () => {
      const answer = await query(tagsSchema, (client) => client.list());
      return answer.ok ? ok(answer.value.models ?? []) : answer;
    },
    loaded: async () => {
      const answer = await query(loadedSchema, (client) => client.ps());
      return answer.ok ? ok(answer.value.models ?? []) : answer;
    },
    show: async (model: string, bytes?: number) => {
      const answer = await query(showSchema, (client) => client.show({ model }), model);
      if (!answer.ok) {
        return answer;
      }
      const contextTokens = trainedContext(answer.value);
      // Every model that writes text can be held to a schema; one that only embeds answers nothing.
      const { capabilities } = answer.value;
      const mute = capabilities !== undefined && !capabilities.includes('completion');
      return ok({
        tools: offersTools(answer.value),
        facts: modelFacts(answer.value, bytes),
        ...(mute ? { schema: false } : {}),
        ...(contextTokens === undefined ? {} : { contextTokens }),
      });
    },
  };
}
