import { failure, type Failure } from '../../../base/failure.ts';
import { shownAddress } from '../../../base/shownAddress.ts';
import { fail, ok, type Result } from '../../../base/result.ts';

export const defaultOllamaHost = 'http://127.0.0.1:11434';

/**
 * The base address of a server as the Ollama tools accept it: `host`, `:port`, `host:port` or a URL, with port 11434 where
 * no scheme is given. `0.0.0.0`, which a server listens on but no client can call everywhere, means this machine.
 */
export function parseOllamaHost(text: string): Result<string, Failure<'bad-host'>> {
  const trimmed = text.trim();
  const schemed = trimmed.includes('://');
  const address = schemed ? trimmed : `http://${trimmed.startsWith(':') ? `127.0.0.1${trimmed}` : trimmed}`;
  if (!URL.canParse(address)) {
    return refuse(text);
  }
  const url = new URL(address);
  if (
    (url.protocol !== 'http:' && url.protocol !== 'https:') ||
    url.hostname === '' ||
    url.search !== '' ||
    url.hash !== ''
  ) {
    return refuse(text);
  }
  if (!schemed && url.port === '') {
    url.port = /:80(\/|$)/.test(address.slice('http://'.length)) ? '80' : '11434';
  }
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') {
    url.hostname = '127.0.0.1';
  }
  return ok(url.href.replace(/\/+$/, ''));
}

/** The address without a user name or password, for messages. */
export function shownHost(host: string): string {
  return URL.canParse(host) ? new URL(host).origin : host;
}

function refuse(text: string): Result<never, Failure<'bad-host'>> {
  return fail(
    failure('bad-host', `${shownAddress(text)} is not an Ollama address; use one like ${defaultOllamaHost}.`),
  );
}
