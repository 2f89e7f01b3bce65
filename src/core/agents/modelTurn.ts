import { reserve } from '../models/sharedModel.ts';
import type { AgentPorts, RunMemory } from './agentRun.ts';
import { type Asked, type Heard, listen, recordQuestion } from './modelAnswer.ts';

/**
 * Waits for a turn at the model, which the trace tells when it takes a while, then records the question and asks it, for
 * `milliseconds` at most. Undefined when it was cancelled before anything was asked.
 */
export async function askInTurn(
  ports: Pick<AgentPorts, 'model' | 'trace'>,
  memory: RunMemory,
  asked: Asked,
  milliseconds: () => number,
  signal: AbortSignal,
): Promise<Heard | undefined> {
  const { model, trace } = ports;
  const { run, step, request } = asked;
  let told: Promise<unknown> = Promise.resolve();
  const tell = (message: string): void => {
    told = told.then(() => trace.record({ type: 'model-delayed', actor: 'host', data: { run, step, message } }));
    // Waited for below; until then a journal that cannot be written is no stray rejection.
    told.catch(() => undefined);
  };
  const turn = await reserve(model, { contextTokens: request.contextTokens, signal, onWait: tell });
  try {
    await told;
    if (turn === undefined) {
      return undefined;
    }
    const { contextTokens } = turn;
    await recordQuestion(ports, memory, asked, contextTokens);
    return await listen(turn, { ...request, contextTokens }, milliseconds(), signal);
  } finally {
    turn?.release();
  }
}
