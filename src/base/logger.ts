/** Diagnostics of our own processes; never a record of what an agent did (that is the trace). */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

const ignore = (): undefined => undefined;

export const nullLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
