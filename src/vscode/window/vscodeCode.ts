import * as vscode from 'vscode';
import { readCode } from './codePlace.ts';
import { gitChanges, gitCommitPatch, gitCommits } from './gitExtension.ts';
import type { CodeSymbol, WorkspaceCode } from './workspaceCode.ts';

const mostFiles = 20_000;
const mostSymbols = 200;
const longestText = 20_000;
const mostCommits = 100;

export const vscodeCode: WorkspaceCode = {
  async at(path, line) {
    const document = await openDocument(path);
    if (document === undefined) {
      return undefined;
    }
    const { range } = document.lineAt(clamp(line - 1, document));
    const diagnostics = vscode.languages
      .getDiagnostics(document.uri)
      .filter((each) => each.range.intersection(range) !== undefined);
    return readCode(document, new vscode.Range(range.start, range.start), diagnostics);
  },
  async text(path, startLine, endLine) {
    const document = await openDocument(path);
    if (document === undefined) {
      return '';
    }
    const start = document.lineAt(clamp(startLine - 1, document)).range.start;
    const end = document.lineAt(clamp(endLine - 1, document)).range.end;
    return document.getText(new vscode.Range(start, end)).slice(0, longestText);
  },
  symbolsOf: async (path) => documentSymbols(vscode.Uri.file(path)),
  async findSymbols(words) {
    const shown = vscode.window.activeTextEditor?.document.uri;
    const [here, everywhere] = await Promise.all([
      shown === undefined || shown.scheme !== 'file' ? [] : documentSymbols(shown),
      vscode.commands
        .executeCommand<readonly vscode.SymbolInformation[] | undefined>('vscode.executeWorkspaceSymbolProvider', words)
        .then(
          (found) => found ?? [],
          () => [],
        ),
    ]);
    const wanted = words.toLowerCase();
    const found = [
      ...here.filter(({ name }) => name.toLowerCase().includes(wanted)),
      ...everywhere.filter(({ location }) => location.uri.scheme === 'file').map(ofInformation),
    ];
    // What is on screen is told by the workspace, too.
    const unique = new Map(found.map((each) => [`${each.path}:${each.nameLine}:${each.name}`, each]));
    return [...unique.values()].slice(0, mostSymbols);
  },
  async files() {
    const excluded = vscode.workspace.getConfiguration('search').get<Readonly<Record<string, unknown>>>('exclude', {});
    const globs = Object.keys(excluded).filter((glob) => excluded[glob] === true);
    const found = await vscode.workspace.findFiles('**/*', `{${['**/.git', ...globs].join(',')}}`, mostFiles);
    return found.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
  },
  isFolder: async (path) =>
    vscode.workspace.fs.stat(vscode.Uri.file(path)).then(
      ({ type }) => (type & vscode.FileType.Directory) !== 0,
      () => false,
    ),
  changesOf: gitChanges,
  commits: async (path) => gitCommits(path, mostCommits),
  commitPatch: gitCommitPatch,
};

async function openDocument(path: string): Promise<vscode.TextDocument | undefined> {
  // A picture is no text: the editor refuses to open it.
  return vscode.workspace.openTextDocument(vscode.Uri.file(path)).then(
    (document) => document,
    () => undefined,
  );
}

function clamp(line: number, document: vscode.TextDocument): number {
  return Math.min(Math.max(line, 0), document.lineCount - 1);
}

async function documentSymbols(uri: vscode.Uri): Promise<readonly CodeSymbol[]> {
  const symbols = await vscode.commands
    .executeCommand<readonly (vscode.DocumentSymbol | vscode.SymbolInformation)[] | undefined>(
      'vscode.executeDocumentSymbolProvider',
      uri,
    )
    .then(
      (found) => found ?? [],
      () => [],
    );
  return symbols.flatMap((symbol) =>
    'selectionRange' in symbol ? withChildren(symbol, uri) : [ofInformation(symbol)],
  );
}

function withChildren(symbol: vscode.DocumentSymbol, uri: vscode.Uri): readonly CodeSymbol[] {
  const { name, kind, range, selectionRange } = symbol;
  return [
    {
      kind: kindName(kind),
      name,
      path: uri.fsPath,
      startLine: range.start.line + 1,
      endLine: range.end.line + 1,
      nameLine: selectionRange.start.line + 1,
    },
    ...symbol.children.flatMap((child) => withChildren(child, uri)),
  ];
}

function ofInformation({ name, kind, location: { uri, range } }: vscode.SymbolInformation): CodeSymbol {
  const startLine = range.start.line + 1;
  return { kind: kindName(kind), name, path: uri.fsPath, startLine, endLine: range.end.line + 1, nameLine: startLine };
}

function kindName(kind: vscode.SymbolKind): string {
  return (vscode.SymbolKind[kind] ?? 'symbol').replace(/\B[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
}
