import * as vscode from 'vscode';
import { suiteModel, suiteVendor } from '../suiteRun.ts';

interface Said {
  readonly text?: string;
  readonly call?: { readonly name: string; readonly input: object };
  /** Says nothing more until its token is cancelled. */
  readonly hangs?: boolean;
}

/** Fixes what the comment in the fixture `node-counter` asks for. */
export const counterParts: readonly Said[] = [
  { text: 'I look first. ', call: { name: 'read_file', input: { path: 'src/counter.js' } } },
  {
    call: {
      name: 'edit_file',
      input: {
        path: 'src/counter.js',
        oldText: '    this.#value = this.#value - step;',
        newText: '    this.#value = Math.max(0, this.#value - step);',
      },
    },
  },
  { call: { name: 'finish', input: { summary: 'It stops at zero.' } } },
];

/** A language model of the editor that answers from a script: the turn due is the number of answers in the request. */
export class ScriptedProvider implements vscode.LanguageModelChatProvider {
  readonly requests: (readonly vscode.LanguageModelChatRequestMessage[])[] = [];
  readonly tools: string[] = [];
  script: readonly Said[] = [];
  cancelled = 0;
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeLanguageModelChatInformation = this.changed.event;
  private registration: vscode.Disposable | undefined;

  register(): void {
    this.registration ??= vscode.lm.registerLanguageModelChatProvider(suiteVendor, this);
    this.changed.fire();
  }

  /** Takes the model away, as an extension does that is switched off. */
  unregister(): void {
    this.registration?.dispose();
    this.registration = undefined;
  }

  provideLanguageModelChatInformation(): vscode.LanguageModelChatInformation[] {
    return [
      {
        id: suiteModel,
        name: 'Scripted',
        family: 'scripted',
        version: '1',
        maxInputTokens: 32_000,
        maxOutputTokens: 4_000,
        capabilities: { toolCalling: true },
      },
    ];
  }

  async provideLanguageModelChatResponse(
    _model: vscode.LanguageModelChatInformation,
    messages: readonly vscode.LanguageModelChatRequestMessage[],
    options: vscode.ProvideLanguageModelChatResponseOptions,
    progress: vscode.Progress<vscode.LanguageModelResponsePart>,
    token: vscode.CancellationToken,
  ): Promise<void> {
    this.requests.push(messages);
    this.tools.push(...(options.tools ?? []).map(({ name }) => name));
    const due = messages.filter(({ role }) => role === vscode.LanguageModelChatMessageRole.Assistant).length;
    const said = this.script[due] ?? { text: 'The script is over.' };
    // A part that is neither text nor a call; a client that knows no such part passes over it.
    progress.report(vscode.LanguageModelDataPart.json({ note: 'of no interest' }));
    for (const word of (said.text ?? '').match(/\S*\s*/g) ?? []) {
      if (word !== '') progress.report(new vscode.LanguageModelTextPart(word));
    }
    if (said.call !== undefined) {
      progress.report(new vscode.LanguageModelToolCallPart(`call-${due}`, said.call.name, said.call.input));
    }
    if (said.hangs === true) {
      await new Promise<void>((resolve) => token.onCancellationRequested(() => resolve()));
      this.cancelled += 1;
    }
  }

  async provideTokenCount(
    _model: vscode.LanguageModelChatInformation,
    text: string | vscode.LanguageModelChatRequestMessage,
  ): Promise<number> {
    return typeof text === 'string' ? Math.ceil(text.length / 4) : 1;
  }
}
