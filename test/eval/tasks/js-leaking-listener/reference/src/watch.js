/** Collects the changed paths that begin with `prefix` until it is closed. */
export function watch(emitter, prefix) {
  const changes = [];
  const onChange = (path) => {
    if (path.startsWith(prefix)) changes.push(path);
  };
  const remove = emitter.on('change', onChange);
  return {
    changes,
    close() {
      remove();
    },
  };
}

/** The first change below `prefix`, or a rejection after `milliseconds`. */
export function nextChange(emitter, prefix, milliseconds) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      remove();
      reject(new Error(`No change below ${prefix}`));
    }, milliseconds);
    const remove = emitter.on('change', (path) => {
      if (!path.startsWith(prefix)) return;
      clearTimeout(timer);
      remove();
      resolve(path);
    });
  });
}
