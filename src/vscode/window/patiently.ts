import type { Dialogue } from './dialogue.ts';

/** Milliseconds that a person waits without asking what goes on. */
const quietMilliseconds = 700;

/**
 * Does what is mostly over at once. Where it takes longer it is shown, with a way to stop it: a note that flashes with every click
 * would be noise. Answers what it came to, also where it was stopped. `fixed`: it cannot be stopped half way.
 */
export async function patiently<T>(
  dialogue: Pick<Dialogue, 'withProgress'>,
  title: string,
  work: (signal: AbortSignal) => Promise<T>,
  fixed = false,
): Promise<T> {
  const stopping = new AbortController();
  const working = work(stopping.signal);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const slow = new Promise<'slow'>((resolve) => {
    timer = setTimeout(resolve, quietMilliseconds, 'slow');
  });
  const ended = working.then(
    () => 'ended',
    () => 'ended',
  );
  const came = await Promise.race([ended, slow]);
  clearTimeout(timer);
  if (came === 'slow') {
    await dialogue.withProgress(
      title,
      async (signal) => {
        signal.addEventListener('abort', () => stopping.abort(), { once: true });
        await ended;
      },
      fixed,
    );
  }
  return working;
}
