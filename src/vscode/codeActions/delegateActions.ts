import * as vscode from 'vscode';
import type { CommandContext } from '../commands/command.ts';
import { readCode } from '../window/codePlace.ts';
import { symbolNamedAt, type WorkspaceCode } from '../window/workspaceCode.ts';
import { type CodeOffer, codeOffers, type NamedCode, symbolOffer } from './codeOffers.ts';

/** The light bulb: every entry is one click with nothing to fill in. Nothing is offered in Restricted Mode, where no task runs. */
export function registerDelegateActions({ code }: Pick<CommandContext, 'code'>): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider(
    { scheme: 'file' },
    {
      provideCodeActions: (document, range, context, token) =>
        provideCodeActions(code, document, range, context, token),
    },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, vscode.CodeActionKind.RefactorRewrite] },
  );
}

async function provideCodeActions(
  code: WorkspaceCode,
  document: vscode.TextDocument,
  range: vscode.Range,
  context: vscode.CodeActionContext,
  token: vscode.CancellationToken,
): Promise<vscode.CodeAction[]> {
  if (!vscode.workspace.isTrusted) {
    return [];
  }
  const offers = codeOffers(readCode(document, range, context.diagnostics));
  const symbol = range.isEmpty && wantsRefactoring(context) ? await namedCode(code, document, range.start) : undefined;
  if (token.isCancellationRequested) {
    return [];
  }
  const all = symbol === undefined ? offers : [...offers, symbolOffer(document.uri.fsPath, symbol)];
  return all.map((offer) => asCodeAction(offer, context.diagnostics));
}

function wantsRefactoring({ only }: vscode.CodeActionContext): boolean {
  return only === undefined || only.contains(vscode.CodeActionKind.RefactorRewrite);
}

/** Only where the cursor is in the line of its name: a light bulb on every line of every function would be in the way. */
async function namedCode(
  code: WorkspaceCode,
  document: vscode.TextDocument,
  { line }: vscode.Position,
): Promise<NamedCode | undefined> {
  if (document.lineAt(line).isEmptyOrWhitespace) {
    return undefined;
  }
  const path = document.uri.fsPath;
  const symbol = symbolNamedAt(await code.symbolsOf(path), line + 1);
  return symbol === undefined
    ? undefined
    : { ...symbol, text: await code.text(path, symbol.startLine, symbol.endLine) };
}

function asCodeAction(offer: CodeOffer, diagnostics: readonly vscode.Diagnostic[]): vscode.CodeAction {
  const { CodeActionKind } = vscode;
  const kind = offer.request.kind === 'selection' ? CodeActionKind.RefactorRewrite : CodeActionKind.QuickFix;
  const action = new vscode.CodeAction(offer.title, kind);
  action.command = { command: 'nightshift.delegateRequest', title: offer.title, arguments: [offer.request] };
  const diagnostic = offer.problem === undefined ? undefined : diagnostics[offer.problem];
  if (diagnostic !== undefined) {
    action.diagnostics = [diagnostic];
  }
  return action;
}
