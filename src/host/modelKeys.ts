import { type Failure, failure } from '../base/failure.ts';
import type { Logger } from '../base/logger.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { parseOpenaiBase } from '../protocol/openaiBase.ts';
import type { Environment } from './paths.ts';

/** Characters of a key that is looked for in what is written; a shorter one may as well be a word. */
const shortestSecret = 12;

/** What a header can carry. */
const sendable = /^[\x21-\x7e]+$/;

/**
 * The keys of model servers, one for each origin (scheme, host, port): a key goes to the server that it was set for and to no
 * other. In memory only, for as long as the host lives.
 */
export class ModelKeys {
  private readonly keys = new Map<string, string>();
  private readonly known = new Set<string>();

  /** An empty key takes the one that was set away. */
  set(address: string, key: string): Result<void, Failure<'bad-host' | 'bad-key'>> {
    const base = parseOpenaiBase(address);
    if (!base.ok) {
      return base;
    }
    const { origin } = new URL(base.value);
    const given = key.trim();
    if (given === '') {
      this.keys.delete(origin);
      return ok(undefined);
    }
    if (!sendable.test(given)) {
      return fail(failure('bad-key', 'The key has spaces or characters that no key has; copy it again.'));
    }
    this.keys.set(origin, given);
    if (given.length >= shortestSecret) {
      this.known.add(given);
    }
    return ok(undefined);
  }

  /** The key for a base address. */
  of(base: string): string | undefined {
    return URL.canParse(base) ? this.keys.get(new URL(base).origin) : undefined;
  }

  /** Every key that was ever set; none may be written anywhere. */
  secrets(): readonly string[] {
    return [...this.known];
  }
}

const keyVariable = 'NIGHTSHIFT_OPENAI_API_KEY';

/** With the key of the environment, which is for the server that the environment names. One that cannot be used is left out. */
export function modelKeysOf(environment: Environment, logger: Logger): ModelKeys {
  const keys = new ModelKeys();
  const address = environment['NIGHTSHIFT_OPENAI_BASE_URL']?.trim() ?? '';
  const key = environment[keyVariable] ?? '';
  const set = address === '' || key === '' ? ok(undefined) : keys.set(address, key);
  if (!set.ok) {
    logger.warn(`${keyVariable} is not used: ${set.error.message}`);
  }
  return keys;
}

/** A copy for this process, after which nothing that it starts inherits the key. */
export function takeKeyOut(environment: NodeJS.ProcessEnv): Environment {
  const own = { ...environment };
  delete environment[keyVariable];
  return own;
}
