import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { postSpans } from '../../node/trace/otlp/postSpans.ts';
import type { Environment } from '../paths.ts';
import { otlpSettings } from './otlpSettings.ts';

/** Sends a request without spans to where traces are exported; undefined where nobody asked for an export. */
export async function askTraceReceiver(
  environment: Environment,
  signal: AbortSignal,
): Promise<Result<string, Failure> | undefined> {
  const settings = otlpSettings(environment);
  if (!settings.ok || settings.value === undefined) {
    return settings.ok ? undefined : settings;
  }
  const { destination, content } = settings.value;
  const outcome = await postSpans(destination, '{"resourceSpans":[]}', signal).catch(() => undefined);
  if (outcome === undefined) {
    return fail(failure('aborted', 'Whether the receiver takes spans was not waited for.'));
  }
  return outcome.kind === 'accepted'
    ? ok(`${destination.url} takes spans${content ? ', with content' : ''}`)
    : fail(failure('receiver', `${destination.url} takes no spans: ${outcome.message}`));
}
