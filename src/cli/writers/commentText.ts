import { plainLine } from '../../base/plainText.ts';
import type { CommentView } from '../../protocol/conversation.ts';
import type { Paint } from './paint.ts';

/** Comments with their answers, for a person. */
export function commentLines(comments: readonly CommentView[], paint: Paint): string[] {
  if (comments.length === 0) {
    return ['There are no comments.'];
  }
  return comments.flatMap(({ number, path, startLine, endLine, stale, text, answer, resolved }) => {
    const lines = startLine === endLine ? `${startLine + 1}` : `${startLine + 1}-${endLine + 1}`;
    const state = resolved ? 'resolved' : answer === undefined ? 'open' : 'answered';
    const head = `${number}. ${plainLine(path)}:${lines}  ${paint(resolved ? 'dim' : 'yellow', state)}`;
    return [
      stale ? `${head}  ${paint('dim', 'its lines were changed since')}` : head,
      `   ${plainLine(text)}`,
      ...(answer === undefined ? [] : [`   ${paint('dim', '→')} ${plainLine(answer)}`]),
    ];
  });
}
