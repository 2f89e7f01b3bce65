/** Whether a text is a plain path of a file inside the repository: relative, with `/`, without a way up or into `.git`. */
export function isTreePath(text: string): boolean {
  return (
    text !== '' &&
    text.length <= 400 &&
    !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\:]/u.test(text) &&
    text
      .split('/')
      .every((part) => part !== '' && part !== '.' && part !== '..' && part.trim() === part && !isGitFolder(part))
  );
}

/** `text` as a path inside the repository, seen from the folder `from`; undefined where it leaves it. */
export function resolveTreePath(from: string, text: string): string | undefined {
  const parts = from === '' ? [] : from.split('/');
  for (const part of text.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) {
        return undefined;
      }
    } else if (part !== '.' && part !== '') {
      parts.push(part);
    }
  }
  const path = parts.join('/');
  return text.startsWith('/') || (path !== '' && !isTreePath(path)) ? undefined : path;
}

export function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

function isGitFolder(part: string): boolean {
  return part.toLowerCase() === '.git';
}
