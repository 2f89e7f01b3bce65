/** Characters that a name may hold without showing them; HFS+ drops some of them when it compares names. */
const invisible = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * Two paths with the same fold are one file on some file system: letter case (macOS, Windows), composed and decomposed accents
 * (macOS) and invisible characters (HFS+) make no difference.
 */
export function foldPath(path: string): string {
  return path.replace(invisible, '').normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

/**
 * The fold for recognising a name that a rule is about. Wider than `foldPath`: look-alikes such as full-width letters, and the
 * trailing dots and spaces that Windows drops, make no difference either.
 */
export function foldForRules(path: string): string {
  return path
    .replace(invisible, '')
    .normalize('NFKC')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
    .split('/')
    .map((segment) => segment.replace(/[\s.]+$/u, ''))
    .join('/');
}
