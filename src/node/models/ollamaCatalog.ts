import type { Ollama } from 'ollama/browser';
import type { z } from 'zod';
import { fail, ok, type Result } from '../../base/result.ts';
import type { ModelFailure, ModelInfo } from '../../core/models/languageModel.ts';
import { HttpFault } from './httpFault.ts';
import { type HttpTimeouts, queryTimeouts } from './httpFetch.ts';
import { withOllama } from './ollamaClient.ts';
import { badHost, missingModel } from './ollamaFailure.ts';
import { parseOllamaHost, shownHost } from './ollamaHost.ts';
import { offersTools, showSchema, tagsSchema, trainedContext, versionSchema } from './ollamaWire.ts';

export interface InstalledModel {
  readonly name: string;
  readonly tools: boolean;
  /** Largest window, tokens; undefined when the server does not say. */
  readonly contextTokens?: number;
  readonly digest?: string;
}

/** The models a server has, in its order (newest first), each with whether it can call tools. For doctor and demo. */
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
  for (const { name, digest } of tags.value) {
    const shown = await server.show(name);
    if (shown.ok) {
      models.push({ name, ...shown.value, ...(digest === undefined ? {} : { digest }) });
    } else if (shown.error.reason !== 'model-missing') {
      return shown;
    }
  }
  return ok(models);
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
  const digest = tags.ok ? tags.value.find((model) => sameModel(model.name, name))?.digest : undefined;
  return ok({ ...shown.value, ...(digest === undefined ? {} : { digest }) });
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
    show: async (model: string) => {
      const answer = await query(showSchema, (client) => client.show({ model }), model);
      if (!answer.ok) {
        return answer;
      }
      const contextTokens = trainedContext(answer.value);
      return ok({ tools: offersTools(answer.value), ...(contextTokens === undefined ? {} : { contextTokens }) });
    },
  };
}
