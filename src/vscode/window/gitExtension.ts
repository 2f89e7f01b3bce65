import * as vscode from 'vscode';
import type { CodeCommit } from './workspaceCode.ts';

// The editor's own Git extension, by its interface of version 1, which is not typed here: each part is looked at before it is used.

/** What is not committed of a file, as a patch against the last commit; empty where there is nothing, or no such extension. */
export async function gitChanges(path: string): Promise<string> {
  return textOf(await ask(path, 'diffWithHEAD', path));
}

/** The newest commits of the branch that is checked out, newest first; empty where there are none, or no such extension. */
export async function gitCommits(path: string, most: number): Promise<readonly CodeCommit[]> {
  const found = await ask(path, 'log', { maxEntries: most });
  return Array.isArray(found) ? found.map(readCommit).filter((commit) => commit !== undefined) : [];
}

/** What a commit changed against its parent, as a patch; empty for the first of a history. */
export async function gitCommitPatch(path: string, hash: string): Promise<string> {
  return textOf(await ask(path, 'diffBetweenPatch', `${hash}^`, hash));
}

function readCommit(value: unknown): CodeCommit | undefined {
  const [hash, author, date] = [field(value, 'hash'), field(value, 'authorName'), field(value, 'authorDate')];
  const [subject = ''] = textOf(field(value, 'message')).trim().split('\n');
  return typeof hash !== 'string'
    ? undefined
    : {
        hash,
        subject,
        ...(typeof author === 'string' ? { author } : {}),
        ...(date instanceof Date ? { time: date.getTime() } : {}),
      };
}

async function ask(path: string, method: string, ...values: readonly unknown[]): Promise<unknown> {
  try {
    const exported: unknown = await vscode.extensions.getExtension<unknown>('vscode.git')?.activate();
    const repository = call(call(exported, 'getAPI', 1), 'getRepository', vscode.Uri.file(path));
    return await call(repository, method, ...values);
  } catch {
    // Git refuses a file or a commit that it does not know; its name says enough then.
    return undefined;
  }
}

function call(target: unknown, name: string, ...values: readonly unknown[]): unknown {
  const method = field(target, name);
  return typeof method === 'function' ? Reflect.apply(method, target, values) : undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
