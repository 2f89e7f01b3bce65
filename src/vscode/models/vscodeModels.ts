import * as vscode from 'vscode';
import {
  type EditorMessage,
  type EditorModel,
  type EditorModels,
  type EditorPart,
  type EditorTool,
  justification,
} from './editorModel.ts';

/** `vscode.lm`, stable parts only. `access` is asked anew each time: what it says changes. */
export function vscodeModels(access: () => vscode.LanguageModelAccessInformation): EditorModels {
  return {
    async select(of) {
      const chats = await vscode.lm.selectChatModels(of);
      return chats.map((chat) => toEditorModel(chat, access().canSendRequest(chat) === true));
    },
    onDidChange: (listener) => {
      const models = vscode.lm.onDidChangeChatModels(listener);
      const rights = access().onDidChange(listener);
      return vscode.Disposable.from(models, rights);
    },
  };
}

function toEditorModel(chat: vscode.LanguageModelChat, permitted: boolean): EditorModel {
  const { id, vendor, family, version, name, maxInputTokens } = chat;
  return {
    id,
    vendor,
    family,
    version,
    name,
    maxInputTokens,
    permitted,
    countTokens: (text, signal) => withToken(signal, async (token) => chat.countTokens(text, token)),
    send: (messages, tools, signal) => send(chat, messages, tools, signal),
  };
}

async function* send(
  chat: vscode.LanguageModelChat,
  messages: readonly EditorMessage[],
  tools: readonly EditorTool[],
  signal: AbortSignal,
): AsyncGenerator<Exclude<EditorPart, { type: 'result' }>> {
  const source = new vscode.CancellationTokenSource();
  const cancel = (): void => source.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) {
    cancel();
  }
  try {
    const offered = { tools: [...tools], toolMode: vscode.LanguageModelChatToolMode.Auto };
    const options = { justification, ...(tools.length === 0 ? {} : offered) };
    const response = await chat.sendRequest(messages.map(toChatMessage), options, source.token);
    for await (const part of response.stream) {
      if (part instanceof vscode.LanguageModelTextPart) {
        yield { type: 'text', text: part.value };
      } else if (part instanceof vscode.LanguageModelToolCallPart) {
        yield { type: 'call', id: part.callId, name: part.name, input: part.input };
      }
      // Parts of other kinds (data, thoughts, what later versions add) say nothing that a task needs.
    }
  } finally {
    signal.removeEventListener('abort', cancel);
    source.dispose();
  }
}

function toChatMessage({ role, parts }: EditorMessage): vscode.LanguageModelChatMessage {
  const kind = vscode.LanguageModelChatMessageRole[role === 'assistant' ? 'Assistant' : 'User'];
  return new vscode.LanguageModelChatMessage(kind, parts.map(toPart));
}

function toPart(part: EditorPart): vscode.LanguageModelInputPart {
  switch (part.type) {
    case 'call':
      return new vscode.LanguageModelToolCallPart(part.id, part.name, part.input);
    case 'result':
      return new vscode.LanguageModelToolResultPart(part.id, [new vscode.LanguageModelTextPart(part.text)]);
    case 'text':
      break;
  }
  return new vscode.LanguageModelTextPart(part.text);
}

async function withToken<T>(signal: AbortSignal, work: (token: vscode.CancellationToken) => Promise<T>): Promise<T> {
  const source = new vscode.CancellationTokenSource();
  const cancel = (): void => source.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await work(source.token);
  } finally {
    signal.removeEventListener('abort', cancel);
    source.dispose();
  }
}
