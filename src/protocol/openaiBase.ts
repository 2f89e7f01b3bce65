import { failure, type Failure } from '../base/failure.ts';
import { shownAddress } from '../base/shownAddress.ts';
import { fail, ok, type Result } from '../base/result.ts';

/** How the person says where the server is; the way out of every message about it. */
export const whereToSet = 'nightshift.openai.baseUrl, NIGHTSHIFT_OPENAI_BASE_URL or --openai-base-url';

const example = 'http://127.0.0.1:8000/v1';

/**
 * The base address of a server's API, without a slash at its end: a URL, or a host with a port. An address without a path
 * means the usual one, `/v1`; that of the chat itself means the one above it. A key has a place of its own: none stands here.
 */
export function parseOpenaiBase(text: string | undefined): Result<string, Failure<'bad-host'>> {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '') {
    return fail(
      failure('bad-host', `No model server is set; give its address (${whereToSet}), for example ${example}.`),
    );
  }
  const schemed = trimmed.includes('://') ? trimmed : `http://${trimmed.startsWith(':') ? '127.0.0.1' : ''}${trimmed}`;
  if (!URL.canParse(schemed)) {
    return refuse(trimmed);
  }
  const url = new URL(schemed);
  const wrong = url.protocol !== 'http:' && url.protocol !== 'https:';
  if (wrong || url.hostname === '' || url.search !== '' || url.hash !== '') {
    return refuse(trimmed);
  }
  if (url.username !== '' || url.password !== '') {
    return fail(
      failure(
        'bad-host',
        'The address of a model server takes no user name or password; give a key with "Nightshift: Set Model Server Key…" or NIGHTSHIFT_OPENAI_API_KEY.',
      ),
    );
  }
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') {
    url.hostname = '127.0.0.1';
  }
  const path = url.pathname.replace(/\/+$/, '').replace(/\/chat\/completions$/, '');
  url.pathname = path === '' ? '/v1' : path;
  return ok(url.href);
}

function refuse(text: string): Result<never, Failure<'bad-host'>> {
  return fail(
    failure('bad-host', `${shownAddress(text)} is not the address of a model server; use one like ${example}.`),
  );
}
