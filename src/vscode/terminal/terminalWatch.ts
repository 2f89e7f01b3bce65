import * as vscode from 'vscode';
import { DisposableStore } from '../../base/lifecycle.ts';
import { setContextKey } from '../window/contextKey.ts';
import { TextTail } from './textTail.ts';
import type { FailedCommand, Terminals } from './terminals.ts';

/** Characters with their colours; what is sent is shorter. */
const longestOutput = 60_000;
/** The shell's own code for a command that the person interrupted. */
const interrupted = 130;
const copySelection = 'workbench.action.terminal.copySelection';

/** Remembers of each terminal the command that failed last, by the editor's shell integration. Nothing is kept beyond the window. */
export class TerminalWatch implements Terminals {
  private readonly owned = new DisposableStore();
  private readonly outputs = new WeakMap<vscode.TerminalShellExecution, TextTail>();
  private readonly failed = new WeakMap<vscode.Terminal, FailedCommand>();

  constructor(onFault: (error: unknown) => void) {
    const { window } = vscode;
    this.owned.add(
      window.onDidStartTerminalShellExecution(({ execution }) => {
        this.follow(execution).catch(onFault);
      }),
    );
    this.owned.add(window.onDidEndTerminalShellExecution((event) => this.ended(event)));
    this.owned.add(window.onDidChangeActiveTerminal(() => this.tell()));
  }

  failedCommand(): FailedCommand | undefined {
    const terminal = vscode.window.activeTerminal;
    return terminal === undefined ? undefined : this.failed.get(terminal);
  }

  /** The editor gives the selection to its clipboard only, which has its text back afterwards. */
  async selection(): Promise<string> {
    const { clipboard } = vscode.env;
    const before = await clipboard.readText();
    try {
      // Where nothing is selected nothing is copied: what somebody had copied must not be taken for the selection.
      await clipboard.writeText('');
      await vscode.commands.executeCommand(copySelection);
      return await clipboard.readText();
    } finally {
      await clipboard.writeText(before);
    }
  }

  dispose(): void {
    this.owned.dispose();
  }

  private async follow(execution: vscode.TerminalShellExecution): Promise<void> {
    const tail = new TextTail(longestOutput);
    this.outputs.set(execution, tail);
    for await (const piece of execution.read()) {
      tail.add(piece);
    }
  }

  private ended({ terminal, execution, exitCode }: vscode.TerminalShellExecutionEndEvent): void {
    const { commandLine, cwd } = execution;
    if (exitCode === 0 && this.failed.get(terminal)?.line === commandLine.value) {
      this.failed.delete(terminal);
    } else if (exitCode !== undefined && exitCode !== 0 && exitCode !== interrupted && commandLine.value !== '') {
      const tail = this.outputs.get(execution);
      this.failed.set(terminal, {
        line: commandLine.value,
        exitCode,
        ...(cwd?.scheme === 'file' ? { folder: cwd.fsPath } : {}),
        // Its last words can come after its end.
        get output() {
          return tail?.toString() ?? '';
        },
      });
    }
    this.tell();
  }

  private tell(): void {
    setContextKey('commandFailed', this.failedCommand() !== undefined);
  }
}
