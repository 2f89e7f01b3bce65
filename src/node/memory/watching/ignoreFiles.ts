import { homedir } from 'node:os';
import { join } from 'node:path';
import { createExclusion } from '../../../core/memory/watching/excludeGlobs.ts';
import { createIgnoreRules, type IgnoreRules } from '../../../core/memory/watching/ignoreRules.ts';
import type { SkipReason } from '../../../protocol/memory.ts';
import type { GitTruth } from './gitTruth.ts';
import { readBeginning } from './fileLook.ts';

/** Rules of a person about what is indexed, in the syntax of gitignore; in any folder. */
const ownName = '.nightshiftignore';
const gitName = '.gitignore';
/** Longer lists of rules are read so far. */
const mostBytes = 1024 * 1024;

export function isIgnoreFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name === gitName || name === ownName;
}

/** The rules of one root as they are in its files now; a change of one of the files needs a new one of these. */
export class IgnoreFiles {
  /** Git's, as far as they can be known without asking it: enough to leave folders unwatched, and all there is without Git. */
  readonly git: IgnoreRules;
  private readonly own: IgnoreRules;
  private readonly globs: (path: string) => boolean;
  private readonly root: string;
  private readonly texts = new Map<string, string | undefined>();

  constructor(root: string, truth: GitTruth | undefined, exclude: readonly string[]) {
    this.root = root;
    this.git = createIgnoreRules(
      (folder) => this.textIn(folder, gitName),
      truth === undefined ? [] : everywhere(truth),
    );
    this.own = createIgnoreRules((folder) => this.textIn(folder, ownName));
    this.globs = createExclusion(exclude);
  }

  /** By what the person keeps a path out of the index, the settings or a file of rules; undefined where by neither. */
  excludedBy(path: string): Extract<SkipReason, 'excluded' | 'ignored'> | undefined {
    return this.globs(path) ? 'excluded' : this.own.ignores(path, false) ? 'ignored' : undefined;
  }

  /** Files that say something. */
  get paths(): string[] {
    return [...this.texts].filter(([, text]) => text !== undefined).map(([path]) => path);
  }

  /** Whether the file of rules says something else than when it was read last. */
  changed(path: string): boolean {
    const before = this.texts.get(path);
    const now = this.read(path);
    this.texts.set(path, now);
    return before !== now;
  }

  /** The same of one that was read before; else takes note of what it says. */
  changedSince(path: string): boolean {
    const known = this.texts.has(path);
    return this.changed(path) && known;
  }

  private textIn(folder: string, name: string): string | undefined {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (!this.texts.has(path)) {
      this.texts.set(path, this.read(path));
    }
    return this.texts.get(path);
  }

  private read(path: string): string | undefined {
    const bytes = readBeginning(this.root, path, mostBytes);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }
}

function everywhere(truth: GitTruth): string[] {
  const named = truth.configuration.findLast(([key]) => key === 'core.excludesfile')?.[1];
  const configured = process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  const personal = named === undefined ? join(configured, 'git', 'ignore') : named.replace(/^~(?=[/\\])/, homedir());
  return [personal, join(truth.repository.gitDirectory, 'info', 'exclude')].flatMap((file) => {
    const bytes = readBeginning('', file, mostBytes);
    return bytes === undefined ? [] : [new TextDecoder().decode(bytes)];
  });
}
