import type http from 'node:http';
import { z } from 'zod';
import type { FakeModel } from './catalog.ts';

/** How a model of the fake embeds; tests change it while the server runs. */
export interface FakeEmbedding {
  dimensions: number;
  /** Milliseconds before it answers. */
  delayMs?: number;
  /** Tokens; with `truncate: false` a longer text is refused. */
  contextLength?: number;
  fault?: 'zeros' | 'fewer' | 'cut' | 'http500' | 'http503' | 'too-long' | 'no-json' | undefined;
}

/** A `/api/embed` request with every field the server knows. */
export const embedBodySchema = z.strictObject({
  model: z.string().min(1),
  input: z.union([z.string(), z.array(z.string())]),
  truncate: z.boolean().optional(),
  keep_alive: z.union([z.string(), z.number()]).optional(),
  dimensions: z.int().positive().optional(),
  options: z.record(z.string(), z.unknown()).optional(),
});

type EmbedBody = z.infer<typeof embedBodySchema>;

const refusals = {
  http500: [500, 'llama runner process has terminated: signal: killed'],
  http503: [503, 'server busy, please try again.  maximum pending requests exceeded'],
  'too-long': [400, 'the input length exceeds the context length'],
} as const;

export function answerEmbed(model: FakeModel, body: EmbedBody, response: http.ServerResponse): void {
  const { embedding } = model;
  if (embedding === undefined) {
    return send(response, 501, { error: 'this model does not support embeddings' });
  }
  const { fault, dimensions } = embedding;
  if (fault === 'http500' || fault === 'http503' || fault === 'too-long') {
    const [status, error] = refusals[fault];
    return send(response, status, { error });
  }
  const texts = typeof body.input === 'string' ? [body.input] : body.input;
  const vectors = texts.map((text) => (fault === 'zeros' ? zeros(dimensions) : vectorOf(text, dimensions)));
  const answer = JSON.stringify({
    model: model.name,
    embeddings: fault === 'fewer' ? vectors.slice(1) : vectors,
    total_duration: 14_143_917,
    load_duration: 1_019_500,
    prompt_eval_count: texts.length * 8,
  });
  if (fault === 'cut') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
    response.write(answer.slice(0, answer.length / 2), () => response.destroy());
    return;
  }
  const finish = (): void => {
    response
      .writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
      .end(fault === 'no-json' ? answer.slice(0, -1) : answer);
  };
  if (embedding.delayMs === undefined) {
    finish();
  } else {
    setTimeout(finish, embedding.delayMs);
  }
}

/** The same for the same text; not of length 1, as some models' are. */
function vectorOf(text: string, dimensions: number): number[] {
  const vector: number[] = Array.from({ length: dimensions }, (_, at) => (at === 0 ? 0.5 : 0));
  for (const [at, unit] of Buffer.from(text).entries()) {
    const place = (unit * 31 + at) % dimensions;
    vector[place] = (vector[place] ?? 0) + 0.25;
  }
  return vector;
}

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0);
}

function send(response: http.ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
