import { errorText, failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { plainLine } from '../../../base/plainText.ts';
import type { FetchFailure } from './fetchFailure.ts';

/** Hubs send from their page to their store and from there to a copy near by. */
const mostRedirects = 8;

export interface HubAnswer {
  readonly response: Response;
  /** SHA-256 and bytes of the file as the hub told them on the way, where it did. */
  readonly sha256?: string;
  readonly bytes?: number;
}

/** Gets an address without a proxy, and goes where it is sent; never from https to http. */
export async function askHub(
  address: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Result<HubAnswer, FetchFailure>> {
  let url = new URL(address);
  let told: Omit<HubAnswer, 'response'> = {};
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const answer = await get(url, headers, signal);
    if (!answer.ok) {
      return answer;
    }
    const response = answer.value;
    told = { ...told, ...toldBy(response) };
    if (response.status < 300 || response.status >= 400 || response.status === 304) {
      return ok({ response, ...told });
    }
    await response.body?.cancel();
    const location = response.headers.get('location') ?? '';
    if (!URL.canParse(location, url.href)) {
      return fail(failure('refused', `${url.host} sends elsewhere and does not say where; try another address.`));
    }
    const next = new URL(location, url.href);
    if (!/^https?:$/.test(next.protocol) || (url.protocol === 'https:' && next.protocol === 'http:')) {
      return fail(
        failure('refused', `${url.host} sends to ${plainLine(next.origin, 100)}, which is not safe to follow.`),
      );
    }
    url = next;
  }
  return fail(failure('refused', `${new URL(address).host} sends on without end; try another address.`));
}

async function get(
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Result<Response, FetchFailure>> {
  try {
    // Without `identity` a length would be that of what was packed for the way.
    return ok(await fetch(url, { headers: { ...headers, 'accept-encoding': 'identity' }, redirect: 'manual', signal }));
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    const wayOut = 'see the network, or set the address of a hub that can be reached';
    return fail(failure('unreachable', `${url.host} cannot be reached (${errorText(cause)}); ${wayOut}.`));
  }
}

/** A hub that keeps large files elsewhere names their digest on its own answer. */
function toldBy({ headers }: Response): Omit<HubAnswer, 'response'> {
  const tag = /^(?:W\/)?"?([0-9a-f]{64})"?$/.exec(headers.get('x-linked-etag') ?? '')?.[1];
  const size = Number(headers.get('x-linked-size') ?? Number.NaN);
  return {
    ...(tag === undefined ? {} : { sha256: tag }),
    ...(Number.isSafeInteger(size) && size > 0 ? { bytes: size } : {}),
  };
}
