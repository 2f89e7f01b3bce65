import type * as vscode from 'vscode';
import type { CodePlace, Problem } from './editorWindow.ts';

/** Lines read beyond the range, so that a comment can be read to its end. */
const linesBeyond = 6;
const mostLines = 500;

/** The code at a range of a document. `diagnostics` are those that the editor found to be at the range. */
export function readCode(
  document: vscode.TextDocument,
  range: vscode.Range,
  diagnostics: readonly vscode.Diagnostic[],
): CodePlace {
  const first = range.start.line;
  const last = Math.min(range.end.line + linesBeyond, first + mostLines, document.lineCount - 1);
  const lines = Array.from(
    { length: Math.max(last - first + 1, 0) },
    (_, offset) => document.lineAt(first + offset).text,
  );
  return {
    path: document.uri.fsPath,
    startLine: first + 1,
    endLine: range.end.line + 1,
    selection: range.isEmpty ? '' : document.getText(range),
    lines,
    problems: diagnostics.map(asProblem),
  };
}

function asProblem(diagnostic: vscode.Diagnostic): Problem {
  const { code, source, range } = diagnostic;
  const value = typeof code === 'object' ? code.value : code;
  return {
    message: diagnostic.message,
    startLine: range.start.line + 1,
    endLine: range.end.line + 1,
    ...(source === undefined ? {} : { source }),
    ...(value === undefined ? {} : { code: String(value) }),
  };
}
