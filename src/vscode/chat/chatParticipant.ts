import * as vscode from 'vscode';
import { plainLine } from '../../base/plainText.ts';
import type { CommandContext } from '../commands/command.ts';
import { signalOf } from '../window/cancellation.ts';
import type { ChatPage, ChatPlace } from './chatPage.ts';
import { chatQuestion } from './chatQuestion.ts';
import { followUps } from './followUps.ts';

/** As package.json declares it. */
export const participantId = 'nightshift.participant';

/** `@nightshift` in the editor's chat. It reads its commands itself: no language model has to be there, and none is asked. */
export function registerChatParticipant(context: CommandContext): vscode.Disposable {
  const participant = vscode.chat.createChatParticipant(participantId, async (request, _, stream, token) => {
    // Read from the bundle with the first question.
    const { answerChat } = await import('./answerChat.ts');
    const bridge = signalOf(token);
    try {
      const question = chatQuestion(request.command, request.prompt);
      const outcome = await answerChat(
        context,
        question,
        await placesOf(request.references),
        pageOf(stream),
        bridge.signal,
      );
      const { failure } = outcome;
      return {
        metadata: outcome,
        ...(failure === undefined ? {} : { errorDetails: { message: plainLine(failure.message, 1_000) } }),
      };
    } finally {
      bridge.dispose();
    }
  });
  participant.iconPath = new vscode.ThemeIcon('rocket');
  participant.followupProvider = {
    provideFollowups: ({ metadata }) => [...followUps(metadata, (root, task) => context.hosts.find(root, task)?.task)],
  };
  return participant;
}

async function placesOf(references: readonly vscode.ChatPromptReference[]): Promise<readonly ChatPlace[]> {
  const places = await Promise.all(references.map(({ value }) => placeOf(value)));
  return places.filter((place) => place !== undefined);
}

/** Only files of a disk: what else can be attached, an agent in a sandbox could not look at. */
async function placeOf(value: unknown): Promise<ChatPlace | undefined> {
  if (value instanceof vscode.Uri) {
    return value.scheme === 'file' ? { path: value.fsPath } : undefined;
  }
  if (!(value instanceof vscode.Location) || value.uri.scheme !== 'file') {
    return undefined;
  }
  const { uri, range } = value;
  const text = await vscode.workspace.openTextDocument(uri).then(
    (document) => document.getText(range),
    () => '',
  );
  return { path: uri.fsPath, startLine: range.start.line + 1, endLine: range.end.line + 1, text };
}

function pageOf(stream: vscode.ChatResponseStream): ChatPage {
  return {
    write: (markdown) => stream.markdown(markdown),
    progress: (words) => stream.progress(words),
    button: (title, command, ...values) => stream.button({ title, command, arguments: [...values] }),
    files: (root, paths) => stream.filetree(treeOf(paths), vscode.Uri.file(root)),
    link: ({ path, startLine, endLine = startLine }, title) => {
      const uri = vscode.Uri.file(path);
      const isWhole = startLine === undefined || endLine === undefined;
      stream.anchor(isWhole ? uri : new vscode.Location(uri, new vscode.Range(startLine - 1, 0, endLine, 0)), title);
    },
  };
}

function treeOf(paths: readonly string[]): vscode.ChatResponseFileTree[] {
  const top: vscode.ChatResponseFileTree[] = [];
  for (const path of paths) {
    let level = top;
    const parts = path.split('/');
    parts.forEach((name, index) => {
      let node = level.find((each) => each.name === name);
      if (node === undefined) {
        node = index === parts.length - 1 ? { name } : { name, children: [] };
        level.push(node);
      }
      level = node.children ?? [];
    });
  }
  return top;
}
