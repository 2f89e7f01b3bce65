/** True when a symbolic link at `path` (relative to the tree) points out of the tree, judged by its text alone. */
export function leavesTree(path: string, target: string): boolean {
  if (target === '' || /^([/\\]|[a-z]:)/i.test(target) || target.includes('\0')) {
    return true;
  }
  let depth = path.split('/').length - 1;
  for (const segment of target.split(/[/\\]/)) {
    if (segment === '..') {
      depth -= 1;
    } else if (segment !== '' && segment !== '.') {
      depth += 1;
    }
    if (depth < 0) {
      return true;
    }
  }
  return target.split(/[/\\]/).some((segment) => segment.toLowerCase() === '.git');
}
