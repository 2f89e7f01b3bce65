import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { OtlpDestination } from '../../node/trace/otlp/postSpans.ts';
import type { Environment } from '../paths.ts';

export interface OtlpSettings {
  readonly destination: OtlpDestination;
  /** Also what people, models, tools and repositories wrote. */
  readonly content: boolean;
}

const tracesPath = '/v1/traces';

/**
 * Where the user wants traces to be sent, of `NIGHTSHIFT_OTLP_ENDPOINT` and its companions; undefined where nothing was set. Read
 * from the environment of whoever starts the agent host, never from a workspace. `OTEL_EXPORTER_OTLP_ENDPOINT` and the like are not
 * looked at: they were set for other programs, and nothing of ours goes where nobody sent it.
 */
export function otlpSettings(environment: Environment): Result<OtlpSettings | undefined, Failure<'bad-setting'>> {
  const endpoint = setting(environment, 'ENDPOINT');
  if (endpoint === undefined) {
    return ok(undefined);
  }
  const url = otlpAddress(endpoint);
  if (!url.ok) {
    return refuse('ENDPOINT', url.error.message);
  }
  const headers = parseHeaders((setting(environment, 'HEADERS') ?? '').split(','), decodeURIComponent);
  if (headers === undefined) {
    return refuse('HEADERS', 'Write name=value, several with commas between them, values percent-encoded.');
  }
  const compression = setting(environment, 'COMPRESSION') ?? 'none';
  if (compression !== 'none' && compression !== 'gzip') {
    return refuse('COMPRESSION', 'Set it to gzip or none.');
  }
  const content = setting(environment, 'CONTENT') ?? 'false';
  if (content !== 'true' && content !== 'false') {
    return refuse('CONTENT', 'Set it to true or false.');
  }
  return ok({
    destination: { url: url.value, headers, compress: compression === 'gzip' },
    content: content === 'true',
  });
}

/** The whole address of a receiver: `/v1/traces` is added where it is missing, as every OTLP exporter does. */
export function otlpAddress(text: string): Result<string, Failure<'bad-address'>> {
  if (!URL.canParse(text)) {
    return fail(badAddress(`"${text}" is no address; write one like http://127.0.0.1:4318.`));
  }
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return fail(badAddress('Only OTLP over http: and https: is spoken; write an address like http://127.0.0.1:4318.'));
  }
  if (url.username !== '' || url.password !== '') {
    return fail(badAddress('A name or password has no place in the address; put it into a header.'));
  }
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith(tracesPath) ? path : `${path}${tracesPath}`;
  url.hash = '';
  return ok(url.href);
}

/** Each `name=value`; an environment has them percent-encoded, as OpenTelemetry does. Undefined for anything else. */
export function parseHeaders(
  parts: readonly string[],
  decode: (value: string) => string = (value) => value,
): Record<string, string> | undefined {
  const headers = new Headers();
  try {
    for (const part of parts.filter((each) => each.trim() !== '')) {
      const [, name = '', value = ''] = /^\s*([^=\s]+)\s*=(.*)$/s.exec(part) ?? [];
      headers.set(name, decode(value.trim()));
    }
  } catch {
    return undefined;
  }
  return Object.fromEntries(headers);
}

function setting(environment: Environment, name: string): string | undefined {
  const value = environment[`NIGHTSHIFT_OTLP_${name}`]?.trim();
  return value === undefined || value === '' ? undefined : value;
}

function badAddress(message: string): Failure<'bad-address'> {
  return failure('bad-address', message);
}

function refuse(name: string, message: string): Result<never, Failure<'bad-setting'>> {
  return fail(failure('bad-setting', `NIGHTSHIFT_OTLP_${name} cannot be used: ${message}`));
}
