import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds of work at a stretch: a question that comes meanwhile waits no longer than that. */
const stretch = 6;

/** For loops over many files: await it in each round; now and then it lets others have a turn. */
export function createPacer(): () => Promise<void> | undefined {
  let since = performance.now();
  const rest = async (): Promise<void> => {
    await nextTurn();
    since = performance.now();
  };
  return () => (performance.now() - since < stretch ? undefined : rest());
}
