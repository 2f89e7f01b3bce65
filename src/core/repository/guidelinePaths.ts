/** Instructions for agents, as a repository keeps them for one tool or another. */
export interface GuidelinePlace {
  readonly path: string;
  /** The folder whose files it is about, without a slash at its end; empty for the whole repository. */
  readonly scope: string;
  /** One of several rules of a folder, rather than the repository's one file. */
  readonly rule: boolean;
}

/** In any folder, about the files below it. */
const nested: ReadonlySet<string> = new Set(['AGENTS.md', 'CLAUDE.md', 'GEMINI.md']);

const single: ReadonlySet<string> = new Set(['.github/copilot-instructions.md', '.clinerules', '.cursorrules']);

/** Folders of rules, and how the names of rules in them end. Rules for the other modes of a tool are for work that is not ours. */
const folders: readonly (readonly [string, RegExp])[] = [
  ['.github/instructions/', /\.instructions\.md$/],
  ['.clinerules/', /\.(?:md|txt)$/],
  ['.roo/rules/', /\.(?:md|txt)$/],
  ['.roo/rules-code/', /\.(?:md|txt)$/],
  ['.continue/rules/', /\.md$/],
  ['.kilocode/rules/', /\.(?:md|txt)$/],
  ['.kilocode/rules-code/', /\.(?:md|txt)$/],
  ['.kilo/rules/', /\.(?:md|txt)$/],
  ['.cursor/rules/', /\.mdc?$/],
];

/** Undefined for a path that is none. */
export function guidelinePlace(path: string): GuidelinePlace | undefined {
  const slash = path.lastIndexOf('/');
  if (nested.has(path.slice(slash + 1))) {
    return { path, scope: path.slice(0, Math.max(0, slash)), rule: false };
  }
  if (single.has(path)) {
    return { path, scope: '', rule: false };
  }
  const inFolder = folders.some(([folder, ending]) => path.startsWith(folder) && ending.test(path));
  return inFolder ? { path, scope: '', rule: true } : undefined;
}
