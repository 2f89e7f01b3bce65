import type { z } from 'zod';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { ModelFailure } from '../../../core/models/languageModel.ts';
import { HttpFault } from '../http/httpFault.ts';
import { type HttpTimeouts, queryTimeouts } from '../http/httpFetch.ts';
import { askJson } from './openaiClient.ts';
import { type Asked, missingModel, openaiFailure } from './openaiFailure.ts';
import { type ListedModel, loadedSchema, modelsSchema, propsSchema } from './openaiWire.ts';

export interface ServerQuery {
  /** Base address, already parsed. */
  readonly base: string;
  readonly key: string | undefined;
  readonly signal: AbortSignal;
  readonly timeouts?: Partial<HttpTimeouts>;
}

/** The names of the models that a server has, in its order. For doctor and choice. */
export async function listOpenaiModels(query: ServerQuery): Promise<Result<readonly string[], ModelFailure>> {
  const listed = await ask(query, `${query.base}/models`, modelsSchema);
  return listed.ok
    ? ok(listed.value.data.map(({ id }) => id))
    : fail(openaiFailure(listed.error, { ...query, model: '' }));
}

/**
 * The window that a model has on its server, tokens, which no request can change; undefined when the server does not say. A
 * missing model's failure lists those that are there.
 */
export async function windowOf(model: string, query: ServerQuery): Promise<Result<number | undefined, ModelFailure>> {
  const asked: Asked = { ...query, model };
  const listed = await ask(query, `${query.base}/models`, modelsSchema);
  if (!listed.ok) {
    return fail(openaiFailure(listed.error, asked));
  }
  const { data } = listed.value;
  const found = data.find(({ id }) => sameModel(id, model));
  if (found === undefined) {
    return fail(
      missingModel(
        asked,
        data.map(({ id }) => id),
      ),
    );
  }
  const window = found.max_model_len ?? (await givenWindow(found, query)) ?? found.meta?.n_ctx_train;
  return query.signal.aborted ? fail(openaiFailure(new HttpFault('aborted', 'cancelled'), asked)) : ok(window);
}

/** What the servers say that let their user choose the window, each in a place of its own; nothing elsewhere. */
async function givenWindow(model: ListedModel, query: ServerQuery): Promise<number | undefined> {
  const root = query.base.replace(/\/v\d+$/, '');
  const props = await ask(query, `${root}/props`, propsSchema);
  if (props.ok) {
    return props.value.default_generation_settings.n_ctx;
  }
  const loaded = await ask(query, `${root}/api/v0/models`, loadedSchema);
  return loaded.ok ? loaded.value.data.find(({ id }) => id === model.id)?.loaded_context_length : undefined;
}

function ask<Schema extends z.ZodType>(
  { key, signal, timeouts }: ServerQuery,
  url: string,
  schema: Schema,
): Promise<Result<z.infer<Schema>, HttpFault>> {
  return askJson({ url, key, signal, timeouts: { ...queryTimeouts, ...timeouts } }, schema);
}

/** `qwen3` is `qwen3:latest` to Ollama. */
function sameModel(listed: string, name: string): boolean {
  return listed === name || listed === `${name}:latest`;
}
