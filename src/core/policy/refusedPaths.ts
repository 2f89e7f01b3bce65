import { foldForRules } from './pathFold.ts';

/** The longest path and the deepest nesting that any file of a changeset may have. */
export const maxPathLength = 400;
export const maxPathDepth = 40;

export interface PathRule {
  readonly rule: string;
  readonly message: string;
  /** True when the path breaks the rule. Segments are the path split at `/`, as written. */
  readonly breaks: (path: string, segments: readonly string[]) => boolean;
  /** A rule about other platforms only; a file that is already in the tree may keep such a name. */
  readonly portability?: true;
}

const reservedDevice = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])$/;
/** `GIT~1`, `VSCODE~1.EXT`: the 8.3 alias under which Windows reaches a file with another name. */
const shortName = /^[^.~]{1,8}~\d{1,6}(\.[^.]{0,3})?$/;

const some = (segments: readonly string[], test: (segment: string) => boolean): boolean => segments.some(test);

/** In the order they are asked; the first broken one names the refusal. */
export const refusedPathRules: readonly PathRule[] = [
  { rule: 'P-EMPTY', message: 'the path is empty', breaks: (path) => path === '' },
  {
    rule: 'P-LENGTH',
    message: `the path is longer than ${maxPathLength} characters`,
    breaks: (path) => path.length > maxPathLength,
  },
  {
    rule: 'P-DEPTH',
    message: `the path is deeper than ${maxPathDepth} levels`,
    breaks: (_path, segments) => segments.length > maxPathDepth,
  },
  {
    rule: 'P-ENCODING',
    message: 'the path is not valid Unicode',
    breaks: (path) => /[\p{Surrogate}\uFFFD\uFFFE\uFFFF]/u.test(path),
  },
  {
    rule: 'P-CONTROL',
    message: 'the path holds a control character',
    breaks: (path) => /[\p{Cc}\p{Zl}\p{Zp}]/u.test(path),
  },
  {
    rule: 'P-ABSOLUTE',
    message: 'the path is absolute',
    breaks: (path) => /^([/\\]|[a-z]:|[a-z][a-z0-9+.-]*:\/)/i.test(path),
  },
  { rule: 'P-BACKSLASH', message: 'the path holds a backslash', breaks: (path) => path.includes('\\') },
  {
    rule: 'P-SEGMENT',
    message: 'the path has an empty, "." or ".." segment',
    breaks: (_path, segments) =>
      some(segments, (segment) => {
        const plain = segment.replace(/\p{Default_Ignorable_Code_Point}/gu, '').normalize('NFKC');
        return /^\s*\.{0,3}\s*$/.test(plain);
      }),
  },
  {
    rule: 'P-GIT',
    message: "the path reaches into Git's own data",
    breaks: (path) => foldForRules(path).split('/').some(isGitName),
  },
  {
    rule: 'P-REPOSITORY',
    message: "the path reaches into another version control system's data",
    breaks: (path) => foldForRules(path).split('/').some(isRepositoryName),
  },
  {
    rule: 'P-SHORT-NAME',
    message: 'the path has a Windows short name, which is an alias of another file',
    breaks: (_path, segments) => some(segments, (segment) => shortName.test(segment)),
  },
  {
    rule: 'P-INVISIBLE',
    message: 'the path holds an invisible or direction-changing character',
    // U+FE0F is what makes an emoji of a sign; it can hide nothing that the folds do not see through.
    breaks: (path) => /[\p{Cf}\p{Default_Ignorable_Code_Point}]/u.test(path.replace(/\uFE0F/gu, '')),
  },
  { rule: 'P-STREAM', message: 'the path holds a colon', breaks: (path) => path.includes(':') },
  {
    rule: 'P-WINDOWS-CHARACTER',
    message: 'the path holds a character that Windows forbids',
    breaks: (path) => /[<>"|?*]/.test(path),
    portability: true,
  },
  {
    rule: 'P-WINDOWS-NAME',
    message: 'the path holds a device name of Windows',
    breaks: (_path, segments) =>
      some(segments, (segment) => reservedDevice.test((foldForRules(segment).split('.')[0] ?? '').trimEnd())),
    portability: true,
  },
  {
    rule: 'P-TRAILING',
    message: 'a name in the path ends with a dot or a space',
    breaks: (_path, segments) => some(segments, (segment) => /[\s.]$/u.test(segment)),
    portability: true,
  },
];

/** Over the folded segment: `.git` itself in all spellings, its 8.3 alias, and the files that tell Git where to fetch code from. */
function isGitName(segment: string): boolean {
  const name = (segment.split(':')[0] ?? '').replace(/[\s.]+$/u, '');
  return /^(\.git|git~\d+|\.gitmodules|gitmod~\d+|gi7eba~\d+)$/.test(name);
}

/** Mercurial, Subversion and Jujutsu run hooks and programs that their own data names, as Git does. */
function isRepositoryName(segment: string): boolean {
  return /^\.(hg|svn|jj)$/.test((segment.split(':')[0] ?? '').replace(/[\s.]+$/u, ''));
}

/** True for a path through anything that a file system may take for `.git`; Git itself refuses such a path. */
export function namesGitDirectory(path: string): boolean {
  return foldForRules(path)
    .split('/')
    .some((segment) => /^(\.git|git~\d+)$/.test((segment.split(':')[0] ?? '').replace(/[\s.]+$/u, '')));
}

/** The rule that a path breaks by its spelling alone, or undefined. `known` says that exactly this file is in the tree already. */
export function refusedByName(path: string, known: boolean): PathRule | undefined {
  const segments = path.split('/');
  return refusedPathRules.find((rule) => !(known && rule.portability === true) && rule.breaks(path, segments));
}
