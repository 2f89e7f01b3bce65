/** Asks again until it holds; fails with `what` after some seconds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, seconds = 20): Promise<void> {
  const deadline = performance.now() + seconds * 1_000;
  while (!(await holds())) {
    if (performance.now() > deadline) {
      throw new Error(`Not within ${seconds} s: ${what}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
