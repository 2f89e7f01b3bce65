import { constants, setPriority } from 'node:os';
import { Serializer } from '../../../base/async.ts';
import { errorText } from '../../../base/failure.ts';
import { type RunnerChat, type RunnerReport, runnerOrderSchema } from '../../../protocol/modelRunner.ts';
import type { LoadedModel } from './loadedModel.ts';

/**
 * The life of a model runner: answers the orders of the host that started it, one after another, with one model in memory at a
 * time, and ends with that host. Inference is synchronous native code: between two tokens this process hears nothing.
 */
export function serveModelRunner(): void {
  const running = new Map<number, AbortController>();
  const runner = new ModelSeat();
  const turns = new Serializer();
  yieldToOthers();
  process.on('disconnect', () => process.exit(0));
  process.on('message', (raw) => {
    const order = runnerOrderSchema.parse(raw);
    if (order.type === 'abort') {
      running.get(order.id)?.abort();
      return;
    }
    const controller = new AbortController();
    running.set(order.id, controller);
    void turns.run(async () => {
      report(await runner.answer(order, controller.signal));
      running.delete(order.id);
    });
  });
}

/** Where the one loaded model sits. */
class ModelSeat {
  private loaded: LoadedModel | undefined;
  private key = '';

  async answer(order: RunnerChat, signal: AbortSignal): Promise<RunnerReport> {
    const { id } = order;
    const library = await loadLibrary();
    if (typeof library === 'string') {
      return { type: 'failed', id, reason: 'no-engine', message: library };
    }
    let loaded: LoadedModel;
    try {
      loaded = await this.load(order, library.loadModel);
    } catch (error) {
      return { type: 'failed', id, reason: 'malformed', message: `it cannot be loaded: ${errorText(error)}` };
    }
    return signal.aborted
      ? { type: 'done', id, prompt: 0, remembered: 0, output: 0, finish: 'aborted' }
      : library.answerChat(loaded, order, signal, report);
  }

  private async load(
    { model }: RunnerChat,
    load: (model: RunnerChat['model']) => Promise<LoadedModel>,
  ): Promise<LoadedModel> {
    const key = JSON.stringify(model);
    if (this.loaded !== undefined && this.key === key) {
      return this.loaded;
    }
    const before = this.loaded;
    this.loaded = undefined;
    await before?.model.dispose();
    this.loaded = await load(model);
    this.key = key;
    return this.loaded;
  }
}

/** Loaded with the first order, so that a build without its native part can say so: the answer is then why. */
async function loadLibrary() {
  try {
    const { loadModel } = await import('./loadedModel.ts');
    const { answerChat } = await import('./answerChat.ts');
    const { takeNetworkAway } = await import('./takeNetworkAway.ts');
    takeNetworkAway();
    return { loadModel, answerChat };
  } catch (error) {
    return errorText(error).replace(/ Require stack:.*/, '');
  }
}

/** To a host that is gone nothing is told; that it is gone is heard in its own time. */
function report(said: RunnerReport): void {
  process.send?.(said, undefined, undefined, () => undefined);
}

/** A model takes every core it gets: what a person does goes first. */
function yieldToOthers(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch (error) {
    process.stderr.write(`The priority stays as it is: ${errorText(error)}\n`);
  }
}
