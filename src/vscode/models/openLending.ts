import * as vscode from 'vscode';
import { Emitter } from '../../base/event.ts';
import { type Disposable, DisposableStore } from '../../base/lifecycle.ts';
import type { EditorModels } from './editorModel.ts';
import { ModelConsent } from './modelConsent.ts';
import { vscodeModels } from './vscodeModels.ts';
import { WindowLender } from './windowLender.ts';

/** What this window has to do with lending its language models to agent hosts. */
export interface Lending extends Disposable {
  readonly models: EditorModels;
  readonly consent: ModelConsent;
  readonly lender: WindowLender;
}

/** Asks no provider for anything yet. */
export function openLending(extension: vscode.ExtensionContext): Lending {
  const owned = new DisposableStore();
  const models = vscodeModels(() => extension.languageModelAccessInformation);
  const consent = owned.add(new ModelConsent(extension.globalState));
  const trust = owned.add(new Emitter<void>());
  owned.add(vscode.workspace.onDidGrantWorkspaceTrust(() => trust.fire()));
  const trusted = (): boolean => vscode.workspace.isTrusted;
  const lender = owned.add(new WindowLender({ models, consent, trusted, onDidGrantTrust: trust.event }));
  return { models, consent, lender, dispose: () => owned.dispose() };
}
