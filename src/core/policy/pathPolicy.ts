import * as z from 'zod';
import { changedManifestKeys } from './packageManifest.ts';
import { foldForRules } from './pathFold.ts';
import { protectedByName } from './protectedPaths.ts';
import { mayNameSchema, newRemoteSchema } from './remoteSchema.ts';
import { refusedByName } from './refusedPaths.ts';
import { parents, type TreePaths, type TreeView } from './treePaths.ts';

/** A change that is never let through, with the rule that says so. */
export const refusedPathSchema = z.object({ path: z.string(), rule: z.string(), message: z.string() });

/** A change that is let through only when a person approves that file alone; never part of "accept all". */
export const protectedPathSchema = z.object({ path: z.string(), rule: z.string(), message: z.string() });

export const policyJudgementSchema = z.object({
  refused: z.array(refusedPathSchema),
  protected: z.array(protectedPathSchema),
});

export type PolicyJudgement = z.infer<typeof policyJudgementSchema>;

/** Caps of one changeset; bytes are of new content. */
export const changeCaps = { files: 500, fileBytes: 5 * 1024 * 1024, totalBytes: 20 * 1024 * 1024 } as const;

/** One change with what stood at its path before (null: nothing). Modes are Git's. */
export interface JudgedChange {
  readonly path: string;
  readonly op: 'write' | 'delete';
  readonly mode: string | null;
  readonly previousMode: string | null;
  /** New content; null for a deletion. */
  readonly bytes: Uint8Array | null;
  /** Needed only where `needsPreviousBytes` says so. */
  readonly previousBytes: Uint8Array | null;
}

/** What a repository adds to the rules; it can only protect more. */
export interface RepositoryRules {
  /** Where its Git hooks are, relative to its root, when its configuration says so. */
  readonly hookDirectories?: readonly string[];
}

export type Verdict =
  | { readonly verdict: 'fine' }
  | { readonly verdict: 'refused' | 'protected'; readonly rule: string; readonly message: string };

/** Manifests, and files that name a schema, are judged by what they said before. */
export function needsPreviousBytes(path: string): boolean {
  return isManifest(path) || mayNameSchema(path);
}

function isManifest(path: string): boolean {
  return foldForRules(path).split('/').at(-1) === 'package.json';
}

/** Judges one change against the tree it lands on. Refusals come first; a change with none may still be protected. */
export function judgeChange(change: JudgedChange, tree: TreeView, repository: RepositoryRules = {}): Verdict {
  return refusal(change, tree) ?? protection(change, repository) ?? { verdict: 'fine' };
}

/**
 * Judges changes in order, deletions first, each against the tree as the ones let through before it leave it. Answers what may
 * be written (protected ones too) and the judgement of the rest. `tree` is changed along the way.
 */
export function judgeChanges<T extends JudgedChange>(
  changes: readonly T[],
  tree: TreePaths,
  repository: RepositoryRules = {},
): { readonly accepted: readonly T[]; readonly judgement: PolicyJudgement } {
  const accepted: T[] = [];
  const judgement: PolicyJudgement = { refused: [], protected: [] };
  const seen = new Set<string>();
  let bytes = 0;
  const deletionsFirst = [
    ...changes.filter((one) => one.op === 'delete'),
    ...changes.filter((one) => one.op !== 'delete'),
  ];
  for (const change of deletionsFirst) {
    const size = change.bytes?.byteLength ?? 0;
    const verdict = seen.has(change.path)
      ? refuse('P-DUPLICATE', 'the path is changed more than once')
      : (overCaps(accepted.length, bytes, size) ?? judgeChange(change, tree, repository));
    seen.add(change.path);
    if (verdict.verdict !== 'fine') {
      const entry = { path: change.path, rule: verdict.rule, message: `${showPath(change.path)}: ${verdict.message}.` };
      judgement[verdict.verdict].push(entry);
    }
    if (verdict.verdict !== 'refused') {
      accepted.push(change);
      bytes += size;
      if (change.op === 'delete') {
        tree.remove(change.path);
      } else {
        tree.add(change.path);
      }
    }
  }
  return { accepted, judgement };
}

/** A path for a person: nothing in it can move the cursor, hide, or run over the line. */
export function showPath(path: string): string {
  const shown = path.replace(
    /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}"\\]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return `"${shown.length > 120 ? `${shown.slice(0, 120)}…` : shown}"`;
}

function refuse(rule: string, message: string): Verdict {
  return { verdict: 'refused', rule, message };
}

function overCaps(files: number, total: number, size: number): Verdict | undefined {
  if (files >= changeCaps.files) {
    return refuse('P-CAP-FILES', `a changeset has at most ${changeCaps.files} files`);
  }
  if (size > changeCaps.fileBytes) {
    return refuse('P-CAP-FILE', `a changed file has at most ${changeCaps.fileBytes / 1024 / 1024} MB`);
  }
  if (total + size > changeCaps.totalBytes) {
    return refuse('P-CAP-TOTAL', `a changeset has at most ${changeCaps.totalBytes / 1024 / 1024} MB`);
  }
  return undefined;
}

function refusal(change: JudgedChange, tree: TreeView): Verdict | undefined {
  const broken = refusedByName(change.path, tree.hasFile(change.path));
  if (broken !== undefined) {
    return refuse(broken.rule, broken.message);
  }
  if (change.previousMode !== null && !isFileMode(change.previousMode)) {
    return refuse('P-LINK', 'the tree has a link or a submodule there');
  }
  if (change.op === 'delete') {
    return tree.hasFile(change.path) ? undefined : refuse('P-MISSING', 'it is not in the tree');
  }
  if (change.mode === '120000') {
    return refuse('P-LINK', 'it is a symbolic link');
  }
  if (change.mode === '160000') {
    return refuse('P-SUBMODULE', 'it is a submodule');
  }
  if (change.mode === null || !isFileMode(change.mode)) {
    return refuse('P-MODE', 'its mode is neither 100644 nor 100755');
  }
  if (change.bytes === null) {
    return refuse('P-CONTENT', 'its content is missing');
  }
  return collision(change.path, tree);
}

function collision(path: string, tree: TreeView): Verdict | undefined {
  if (tree.hasDirectory(path)) {
    return refuse('P-COLLISION', 'it is a directory in the tree');
  }
  const file = parents(path).find((parent) => tree.hasFile(parent));
  if (file !== undefined) {
    return refuse('P-COLLISION', `${showPath(file)} is a file in the tree, not a directory`);
  }
  const other = tree.otherSpelling(path);
  return other === undefined ? undefined : refuse('P-COLLISION', `some file systems take it for ${showPath(other)}`);
}

function protection(change: JudgedChange, repository: RepositoryRules): Verdict | undefined {
  const rule = protectedByName(change.path, repository.hookDirectories);
  if (rule !== undefined) {
    return { verdict: 'protected', rule: rule.rule, message: `it ${rule.message}` };
  }
  if (isManifest(change.path)) {
    const keys = changedManifestKeys(change.previousBytes, change.bytes);
    if (keys === undefined) {
      return { verdict: 'protected', rule: 'P-PACKAGE', message: 'it is a package manifest that cannot be read' };
    }
    if (keys.length > 0 || change.op === 'delete') {
      const what = change.op === 'delete' ? 'it removes a package manifest' : `it changes ${keys.join(', ')}`;
      return { verdict: 'protected', rule: 'P-PACKAGE', message: what };
    }
  }
  if (newRemoteSchema(change.path, change.previousBytes, change.bytes) !== undefined) {
    return { verdict: 'protected', rule: 'P-REMOTE-SCHEMA', message: 'it makes editors fetch a schema from elsewhere' };
  }
  if (change.mode === '100755' && change.previousMode !== '100755') {
    return { verdict: 'protected', rule: 'P-EXECUTABLE', message: 'it becomes executable' };
  }
  return undefined;
}

function isFileMode(mode: string): boolean {
  return mode === '100644' || mode === '100755';
}
