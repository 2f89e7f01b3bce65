import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { findQuoted, linesOf } from '../../base/quotedLines.ts';
import type { TextPart } from './editorWindow.ts';

/**
 * One edit of the workspace, made only where all of it is in plain files of the repository and exactly the old texts stand there, saved
 * or not. Nothing is saved by it.
 */
export async function replaceInFiles(
  root: string,
  parts: readonly TextPart[],
): Promise<'replaced' | 'changed' | 'unsafe'> {
  const edit = new vscode.WorkspaceEdit();
  let first: vscode.TextDocument | undefined;
  for (const part of parts) {
    const path = join(root, part.path);
    if (!(await isPlain(root, part.path))) {
      return 'unsafe';
    }
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(path));
    first ??= document;
    const range = rangeOf(document, part);
    if (range === undefined || document.getText(range).replaceAll('\r\n', '\n') !== part.oldText) {
      return 'changed';
    }
    edit.replace(document.uri, range, part.text);
  }
  if (first === undefined || !(await vscode.workspace.applyEdit(edit))) {
    return 'changed';
  }
  await vscode.window.showTextDocument(first, { preview: true });
  return 'replaced';
}

/** No link on the way leads to another place, and least of all out of the repository. */
async function isPlain(root: string, path: string): Promise<boolean> {
  try {
    const wanted = join(await realpath(root), path);
    const real = await realpath(join(root, path));
    // Some file systems take other spellings of a name for the same one.
    return real.toLowerCase() === wanted.toLowerCase() && !/^\.\.(?:[\\/]|$)/.test(path);
  } catch {
    return false;
  }
}

function rangeOf(document: vscode.TextDocument, { region, quote }: TextPart): vscode.Range | undefined {
  const lines = linesOf(document.getText());
  const line = findQuoted(lines, region.startLine, quote);
  if (line === undefined) {
    return undefined;
  }
  const endLine = region.endLine + line - region.startLine;
  const end = region.endCharacter ?? lines[endLine]?.length ?? 0;
  return document.validateRange(new vscode.Range(line, region.startCharacter, endLine, end));
}
