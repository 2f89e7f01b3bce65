/**
 * Calls `operation` until it succeeds, at most `attempts` times, with a pause between that doubles.
 * Gives up with the last error.
 */
export async function retry(operation, { attempts = 3, pauseMs = 10, sleep = defaultSleep } = {}) {
  let lastError;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    try {
      return await operation(attempt);
    } catch (error) {
      lastError = error;
      if (attempt < attempts) sleep(pauseMs * 2 ** (attempt - 1));
    }
  }
  throw lastError;
}

function defaultSleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
