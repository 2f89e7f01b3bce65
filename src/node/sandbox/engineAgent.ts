import { Agent } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Result } from '../../base/result.ts';
import type { SandboxFailure } from '../../core/sandbox/sandbox.ts';

/** Makes one connection to an engine, or says why there is none. */
export type Dial = () => Promise<Result<Duplex, SandboxFailure>>;

/** Idle connections to an engine that are kept for the next call. */
const maxIdle = 8;

/** What the client library throws where no connection was made: the failure itself, not a code to guess from. */
export class DialError extends Error {
  readonly failure: SandboxFailure;

  constructor(failure: SandboxFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/**
 * Connections of the client library that it does not make itself. It is told of a socket's path and asks this agent instead, so that
 * it neither parses addresses nor follows what they redirect to.
 */
export class EngineAgent extends Agent {
  private readonly dial: Dial;

  constructor(dial: Dial) {
    super({ keepAlive: true, maxFreeSockets: maxIdle });
    this.dial = dial;
  }

  override createConnection(_options: unknown, callback?: Connected): undefined {
    if (callback !== undefined) {
      void this.connect(callback);
    }
  }

  private async connect(callback: Connected): Promise<void> {
    const dialed = await this.dial();
    if (dialed.ok) {
      callback(null, dialed.value);
    } else {
      // Node's types know no call without a stream; Node itself wants none beside an error.
      Reflect.apply(callback, undefined, [new DialError(dialed.error)]);
    }
  }
}

type Connected = (error: Error | null, stream: Duplex) => void;
