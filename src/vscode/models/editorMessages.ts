import type { WindowMessage } from '../../protocol/modelLending.ts';
import type { EditorMessage, EditorPart } from './editorModel.ts';

/**
 * Messages as `vscode.lm` takes them: what the system says comes first, as the user's; results of calls that were made together go back
 * together, because some providers take the results of one answer in one message only.
 */
export function toEditorMessages(messages: readonly WindowMessage[]): readonly EditorMessage[] {
  const mapped: { role: EditorMessage['role']; parts: EditorPart[] }[] = [];
  let results: EditorPart[] | undefined;
  for (const message of messages) {
    if (message.role === 'tool') {
      const part: EditorPart = { type: 'result', id: message.callId, text: message.content };
      if (results === undefined) {
        results = [part];
        mapped.push({ role: 'user', parts: results });
      } else {
        results.push(part);
      }
      continue;
    }
    results = undefined;
    const parts = message.role === 'assistant' ? assistantParts(message) : textParts(message.content);
    if (parts.length > 0) {
      mapped.push({ role: message.role === 'assistant' ? 'assistant' : 'user', parts });
    }
  }
  return mapped;
}

function assistantParts({ content, calls }: WindowMessage & { readonly role: 'assistant' }): EditorPart[] {
  const made = calls.map(({ id, name, arguments: given }): EditorPart => ({
    type: 'call',
    id,
    name,
    input: asObject(given),
  }));
  return [...textParts(content), ...made];
}

function textParts(text: string): EditorPart[] {
  return text === '' ? [] : [{ type: 'text', text }];
}

/** A model may have called a tool with something else; the editor's API has only objects. */
function asObject(given: unknown): object {
  return typeof given === 'object' && given !== null && !Array.isArray(given) ? given : { value: given };
}
