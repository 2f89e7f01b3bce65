import type { Event } from '../../base/event.ts';
import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { LanguageModel } from '../models/languageModel.ts';
import { windowNeeded } from '../models/modelAccess.ts';
import { formatModelId } from '../models/modelId.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';

/** Milliseconds to wait for a window before a run: one that is there tells what it lends within seconds. */
export const beforeRunMs = 10_000;
/** Milliseconds to wait within a run, whose box and history are kept meanwhile: enough for a window that is loaded again. */
export const withinRunMs = 120_000;

interface Waiting {
  readonly model: LanguageModel;
  readonly trace: Pick<TaskTrace, 'record'>;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Waits until the model can be asked, and says so in the trace; that time is nobody's. A window may come by itself, so it is waited for
 * up to `milliseconds`; a person's word is not, because the task is shown as one that needs them only when it waits without a run.
 * An abort ends the wait without a failure.
 */
export async function awaitAccess(
  { model, trace, sleep, signal }: Waiting,
  milliseconds: number,
): Promise<Result<void, Failure<typeof windowNeeded>>> {
  const { access } = model;
  if (access?.missing() === undefined) {
    return ok(undefined);
  }
  const ended = new AbortController();
  let isLate = false;
  const patience = async (): Promise<void> => {
    await sleep(milliseconds, AbortSignal.any([signal, ended.signal]));
    isLate = true;
  };
  const late = patience();
  let told = '';
  try {
    for (;;) {
      const change = nextOf(access.onDidChange);
      try {
        const missing = access.missing();
        if (missing === undefined || signal.aborted) {
          return ok(undefined);
        }
        const { need, message } = missing;
        if (message !== told) {
          told = message;
          const data = { model: formatModelId(model.id), need, message };
          await trace.record({ type: 'model-awaited', actor: 'host', data });
        }
        if (need === 'consent' || isLate) {
          return fail(failure(windowNeeded, message));
        }
        await Promise.race([change.happened, late]);
      } finally {
        change.dispose();
      }
    }
  } finally {
    ended.abort();
  }
}

/** Subscribes at once, so that nothing is missed between a look and the wait. */
function nextOf(event: Event<void>): { readonly happened: Promise<void>; dispose(): void } {
  let happen: () => void = () => undefined;
  const happened = new Promise<void>((resolve) => {
    happen = resolve;
  });
  const subscription = event(() => happen());
  return { happened, dispose: () => subscription.dispose() };
}
