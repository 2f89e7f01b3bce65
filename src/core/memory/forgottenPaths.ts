/** True for a path that is among the forgotten, and for one below a folder that is. */
export function isForgotten(path: string, forgotten: ReadonlySet<string>): boolean {
  if (forgotten.size === 0) {
    return false;
  }
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    if (forgotten.has(path.slice(0, end))) {
      return true;
    }
  }
  return false;
}

/** Those that are not below another, sorted. */
export function outermost(paths: ReadonlySet<string>): readonly string[] {
  const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
  return [...paths].filter((path) => !isForgotten(folderOf(path), paths)).toSorted();
}
