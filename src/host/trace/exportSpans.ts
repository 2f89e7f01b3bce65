import { setTimeout as delay } from 'node:timers/promises';
import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { retryPause } from '../../core/trace/otlp/answerKind.ts';
import type { Verification } from '../../core/trace/hashChain.ts';
import { otlpRequest, type OtlpSource } from '../../core/trace/otlp/otlpRequest.ts';
import type { Span } from '../../core/trace/otlp/span.ts';
import { withRequests } from '../../core/trace/otlp/spanContent.ts';
import { SpanReader } from '../../core/trace/otlp/spanReader.ts';
import { sha256 } from '../../node/tasks/sha256.ts';
import { type OtlpDestination, postSpans } from '../../node/trace/otlp/postSpans.ts';
import type { TraceFile } from './openTrace.ts';

export interface ExportSpansOptions {
  readonly trace: TraceFile;
  readonly source: OtlpSource;
  /** Also what people, models, tools and repositories wrote. */
  readonly content: boolean;
  /** Also the spans that have not ended yet, marked so. Not for a receiver: it would get them a second time when they end. */
  readonly unended: boolean;
  /** Gets the body of each request, a JSON text on one line; a failure ends the export. */
  readonly onRequest: (body: string, spans: number) => Promise<Result<void, Failure>>;
}

/** Spans of one request. */
const requestSpans = 512;

/** One task's trace, up to the damage where there is one, as requests of OTLP. */
export async function exportSpans(options: ExportSpansOptions): Promise<Result<Verification, Failure>> {
  const { trace, source, content, unended, onRequest } = options;
  const reader = new SpanReader({ task: trace.task, sha256, content });
  let given: Result<void, Failure> = ok(undefined);
  const give = async (spans: readonly Span[]): Promise<boolean> => {
    for (let from = 0; from < spans.length && given.ok; from += requestSpans) {
      const part = await withRequests(spans.slice(from, from + requestSpans), trace.artifact);
      given = await onRequest(JSON.stringify(otlpRequest(part, source)), part.length);
    }
    return given.ok;
  };
  const read = await trace.read(async (events) => give(events.flatMap((event) => reader.take(event))));
  if (read.ok && unended) {
    await give(reader.unended());
  }
  return given.ok ? read : given;
}

/** Attempts for one request, and the longest pause between two in milliseconds, for somebody who waits for it. */
const attempts = 4;
const longestPause = 5_000;

/** Sends a request to a receiver; what it does not take is a failure. */
export async function sendSpans(
  destination: OtlpDestination,
  body: string,
  signal: AbortSignal,
): Promise<Result<void, Failure<'aborted' | 'receiver-unreachable' | 'spans-refused'>>> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await postSpans(destination, body, signal).catch(() => undefined);
    if (outcome === undefined) {
      return fail(failure('aborted', 'The export was cancelled.'));
    }
    if (outcome.kind === 'accepted') {
      return outcome.rejected === 0
        ? ok(undefined)
        : fail(failure('spans-refused', `${outcome.rejected} spans were not taken: ${outcome.message}`));
    }
    if (outcome.kind !== 'later') {
      return fail(
        failure('spans-refused', `The spans were not taken: ${outcome.message}. Check --endpoint and --header.`),
      );
    }
    if (attempt === attempts) {
      const message = `${destination.url} does not take spans now: ${outcome.message}. Start the receiver, or try again later.`;
      return fail(failure('receiver-unreachable', message));
    }
    const pause = Math.min(longestPause, retryPause(attempt - 2, outcome.afterMs, Math.random()));
    await delay(pause, undefined, { signal }).catch(() => undefined);
  }
}
