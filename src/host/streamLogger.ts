import type { Writable } from 'node:stream';
import type { Logger } from '../base/logger.ts';
import { redactNow } from '../node/trace/secretRedactor.ts';

/** Writes one line a message, without the secrets in it; who starts the process decides where the stream goes. */
export function streamLogger(stream: Writable): Logger {
  const write =
    (level: string) =>
    (message: string): void => {
      stream.write(`${new Date().toISOString()} ${level} ${redactNow(message)}\n`);
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
