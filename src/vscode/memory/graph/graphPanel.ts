import { t } from '@vscode/l10n';
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { errorText } from '../../../base/failure.ts';
import { type Disposable, DisposableStore } from '../../../base/lifecycle.ts';
import { plainLine } from '../../../base/plainText.ts';
import type { CommandContext } from '../../commands/command.ts';
import { openEntity } from '../openEntity.ts';
import { GraphBrowser } from './graphBrowser.ts';
import { graphHtml } from './graphHtml.ts';

/** Things around the one in the middle. */
const shownEntities = 40;

/** The one graph panel of a window for a repository: shown again where it is open, made where it is not. Owns its panels. */
export class GraphPanels implements Disposable {
  private readonly context: CommandContext;
  private readonly extension: vscode.Uri;
  private readonly panels = new Map<string, { readonly panel: vscode.WebviewPanel; readonly browser: GraphBrowser }>();

  /** `extension` is the folder of the extension. */
  constructor(context: CommandContext, extension: vscode.Uri) {
    this.context = context;
    this.extension = extension;
  }

  async show(root: string, entity: string): Promise<void> {
    const known = this.panels.get(root) ?? this.make(root);
    known.panel.reveal(undefined, false);
    await known.browser.show(entity);
  }

  dispose(): void {
    this.panels.forEach(({ panel }) => panel.dispose());
  }

  private make(root: string): { readonly panel: vscode.WebviewPanel; readonly browser: GraphBrowser } {
    const { context } = this;
    const owned = new DisposableStore();
    const scripts = vscode.Uri.joinPath(this.extension, 'dist');
    const panel = vscode.window.createWebviewPanel('nightshift.graph', t('Graph'), vscode.ViewColumn.Active, {
      enableScripts: true,
      localResourceRoots: [scripts],
    });
    // A tab draws a picture as it is: `currentColor` would be black on a dark theme.
    const icon = (name: string): vscode.Uri => vscode.Uri.joinPath(this.extension, 'media', name);
    panel.iconPath = { light: icon('graphLight.svg'), dark: icon('graphDark.svg') };
    const fault = (message: string): void => context.log.warn(message);
    const browser = owned.add(
      new GraphBrowser({
        ask: (id, signal) =>
          context.hosts.of(root).request('graph', { entity: id, question: 'around', count: shownEntities }, signal),
        post: (message) => {
          panel.webview.postMessage(message).then(undefined, (error: unknown) => fault(errorText(error)));
        },
        open: (chosen) => openEntity(context, root, chosen),
        onCenter: ({ label }) => (panel.title = t`Graph: ${plainLine(label, 40)}`),
        onFault: fault,
      }),
    );
    panel.webview.onDidReceiveMessage((message: unknown) => {
      browser.receive(message).catch((error: unknown) => fault(errorText(error)));
    });
    panel.webview.html = graphHtml({
      script: panel.webview.asWebviewUri(vscode.Uri.joinPath(scripts, 'graphPage.js')).toString(),
      nonce: randomBytes(16).toString('base64url'),
      language: vscode.env.language,
      words: vscode.l10n.bundle,
    });
    panel.onDidDispose(() => {
      this.panels.delete(root);
      owned.dispose();
    });
    const made = { panel, browser };
    this.panels.set(root, made);
    return made;
  }
}
