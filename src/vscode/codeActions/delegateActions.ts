import * as vscode from 'vscode';
import { readCode } from '../window/codePlace.ts';
import { type CodeOffer, codeOffers } from './codeOffers.ts';

/** The light bulb: every entry is one click with nothing to fill in. Nothing is offered in Restricted Mode, where no task runs. */
export function registerDelegateActions(): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider(
    { scheme: 'file' },
    { provideCodeActions },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, vscode.CodeActionKind.RefactorRewrite] },
  );
}

function provideCodeActions(
  document: vscode.TextDocument,
  range: vscode.Range,
  context: vscode.CodeActionContext,
): vscode.CodeAction[] {
  if (!vscode.workspace.isTrusted) {
    return [];
  }
  return codeOffers(readCode(document, range, context.diagnostics)).map((offer) =>
    asCodeAction(offer, context.diagnostics),
  );
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
