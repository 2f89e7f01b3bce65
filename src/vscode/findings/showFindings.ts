import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { errorText } from '../../base/failure.ts';
import { type Disposable, DisposableStore } from '../../base/lifecycle.ts';
import { plainText } from '../../base/plainText.ts';
import { linesOf } from '../../base/quotedLines.ts';
import type { FindingView } from '../../protocol/findings.ts';
import type { CommandContext } from '../commands/command.ts';
import type { TaskHost } from '../host/taskHost.ts';
import { setContextKey } from '../window/contextKey.ts';
import { showFailure } from '../tasks/showFailure.ts';
import { type FindingReference, placeIn } from './shownFindings.ts';

type Context = Pick<CommandContext, 'hosts' | 'log' | 'dialogue' | 'window'>;

/** Milliseconds after the last change of a text until its findings follow. */
const quietMs = 300;

const severities = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  note: vscode.DiagnosticSeverity.Information,
} as const;

/**
 * The findings of hosts among the problems of the editor. They are read when a host says that they changed; in files that are open
 * they follow the text, and go where their lines do.
 */
class FindingProblems implements Disposable {
  private readonly context: Context;
  private readonly owned = new DisposableStore();
  private readonly problems: vscode.DiagnosticCollection;
  /** Of each repository: the revision that was asked for, and what came of it by the address of the file. */
  private readonly read = new Map<string, number | undefined>();
  private readonly files = new Map<string, { readonly root: string; readonly findings: readonly FindingView[] }>();
  private readonly waiting = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(context: Context) {
    this.context = context;
    this.problems = this.owned.add(vscode.languages.createDiagnosticCollection('Nightshift'));
    this.owned.add(context.hosts.onDidChange((host) => this.follow(host)));
    // Another host counts its revisions anew.
    this.owned.add(
      context.hosts.onDidConnect((host) => {
        this.read.delete(host.root);
        this.follow(host);
      }),
    );
    this.owned.add(vscode.workspace.onDidOpenTextDocument(({ uri }) => this.show(uri)));
    this.owned.add(vscode.workspace.onDidChangeTextDocument(({ document }) => this.showSoon(document.uri)));
    this.owned.add(
      vscode.languages.registerCodeActionsProvider(
        { scheme: 'file' },
        { provideCodeActions: (document, _range, { diagnostics }) => this.actions(document.uri, diagnostics) },
        { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
      ),
    );
    context.hosts.all().forEach((host) => this.follow(host));
  }

  dispose(): void {
    this.waiting.forEach((timer) => clearTimeout(timer));
    this.owned.dispose();
  }

  private follow(host: TaskHost): void {
    const revision = host.findings?.revision;
    if (host.condition.kind === 'connected' && (!this.read.has(host.root) || revision !== this.read.get(host.root))) {
      this.read.set(host.root, revision);
      void this.ask(host, revision).catch((error: unknown) => this.context.log.error(`Findings: ${errorText(error)}`));
    }
  }

  private async ask(host: TaskHost, revision: number | undefined): Promise<void> {
    const answer =
      revision === undefined ? undefined : await host.request('listFindings', {}, new AbortController().signal);
    if (!this.read.has(host.root) || this.read.get(host.root) !== revision) {
      return;
    }
    if (answer?.ok === false) {
      this.read.delete(host.root);
      this.context.log.warn(`Findings: ${answer.error.message}`);
      return;
    }
    if (answer?.value.problem !== undefined) {
      showFailure(this.context, { reason: 'findings-damaged', message: answer.value.problem }, 'warning');
    }
    const open = (answer?.value.findings ?? []).filter(({ dismissed }) => dismissed === undefined);
    const before = [...this.files].filter(([, { root }]) => root === host.root).map(([address]) => address);
    const now = new Map<string, FindingView[]>();
    for (const finding of open) {
      const address = vscode.Uri.joinPath(vscode.Uri.file(host.root), finding.path).toString();
      const known = now.get(address);
      if (known === undefined) {
        now.set(address, [finding]);
      } else {
        known.push(finding);
      }
    }
    before.forEach((address) => this.files.delete(address));
    now.forEach((findings, address) => this.files.set(address, { root: host.root, findings }));
    new Set([...before, ...now.keys()]).forEach((address) => this.show(vscode.Uri.parse(address, true)));
    this.count();
  }

  private count(): void {
    const counts = this.context.hosts.all().flatMap(({ findings }) => findings ?? []);
    setContextKey(
      'findingCount',
      counts.reduce((sum, { open }) => sum + open, 0),
    );
    setContextKey(
      'dismissedCount',
      counts.reduce((sum, { dismissed }) => sum + dismissed, 0),
    );
  }

  private showSoon(uri: vscode.Uri): void {
    const address = uri.toString();
    if (this.files.has(address)) {
      clearTimeout(this.waiting.get(address));
      this.waiting.set(
        address,
        setTimeout(() => {
          this.waiting.delete(address);
          this.show(uri);
        }, quietMs),
      );
    }
  }

  private show(uri: vscode.Uri): void {
    const placed = this.placed(uri).map(({ diagnostic }) => diagnostic);
    if (placed.length > 0 || this.problems.has(uri)) {
      this.problems.set(uri, placed);
    }
  }

  /** What stands in a file at this moment. */
  private placed(uri: vscode.Uri): readonly (FindingReference & { readonly diagnostic: vscode.Diagnostic })[] {
    const file = this.files.get(uri.toString());
    if (file === undefined) {
      return [];
    }
    const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri.toString());
    const lines = document === undefined ? undefined : linesOf(document.getText());
    return file.findings.flatMap((finding) => {
      const region = placeIn(finding, lines);
      return region === undefined ? [] : [{ root: file.root, finding, diagnostic: asDiagnostic(finding, region) }];
    });
  }

  private actions(uri: vscode.Uri, diagnostics: readonly vscode.Diagnostic[]): vscode.CodeAction[] {
    const placed = this.placed(uri);
    const meant = placed.flatMap((one) => {
      const diagnostic = diagnostics.find((each) => isSame(each, one.diagnostic));
      return diagnostic === undefined ? [] : [{ ...one, diagnostic }];
    });
    const action = (one: (typeof meant)[number], words: string, command: string): vscode.CodeAction => {
      const title = meant.length === 1 ? words : `${words}: "${one.finding.message.slice(0, 60)}"`;
      const made = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      made.command = { command, title, arguments: [{ root: one.root, id: one.finding.id }] };
      made.diagnostics = [one.diagnostic];
      return made;
    };
    return [
      ...meant
        .filter(({ finding }) => finding.fix !== undefined)
        .map((one) =>
          Object.assign(action(one, t('Apply Suggested Patch'), 'nightshift.applyFinding'), { isPreferred: true }),
        ),
      ...meant.map((one) => action(one, t('Dismiss Finding…'), 'nightshift.dismissFinding')),
    ];
  }
}

function asDiagnostic(finding: FindingView, region: FindingView['region']): vscode.Diagnostic {
  const { startLine, startCharacter, endLine, endCharacter = Number.MAX_SAFE_INTEGER } = region;
  const range = new vscode.Range(startLine, startCharacter, endLine, endCharacter);
  const diagnostic = new vscode.Diagnostic(
    range,
    plainText(finding.message) || finding.rule,
    severities[finding.severity],
  );
  diagnostic.source = plainText(finding.tool);
  if (finding.rule !== '') {
    diagnostic.code = plainText(finding.rule);
  }
  return diagnostic;
}

/** The editor asks with copies of what it was given, whose ranges it cut to the text. */
function isSame(one: vscode.Diagnostic, other: vscode.Diagnostic): boolean {
  return (
    one.message === other.message &&
    one.source === other.source &&
    one.code === other.code &&
    one.range.start.isEqual(other.range.start)
  );
}

export function showFindings(context: CommandContext): Disposable {
  return new FindingProblems(context);
}
