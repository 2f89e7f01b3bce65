import { plainLine, withoutControls, withoutTerminalSequences } from '../../base/plainText.ts';
import type { OriginView } from '../../protocol/host.ts';
import type { FailedCommand } from './terminals.ts';

const longestText = 20_000;
const longestLine = 300;

/** Output as a person saw it: without colours, and of lines that were written over only what stood there at the end. */
export function terminalText(output: string): string {
  const lines = withoutTerminalSequences(output)
    .replace(/\r+\n/g, '\n')
    .split('\n')
    .map((line) => line.slice(line.replace(/\r+$/, '').lastIndexOf('\r') + 1));
  return withoutControls(lines.join('\n')).trim();
}

/** Goal and origin of the task that mends what a command failed with; `folder` is relative to the repository, empty for its root. */
export function composeFailedCommand(
  { line, exitCode, output }: FailedCommand,
  folder: string,
): { readonly goal: string; readonly origin: OriginView } {
  const command = plainLine(line.trim(), longestLine);
  const head = `$ ${command}\nExit code ${exitCode}\n`;
  const text = terminalText(output);
  return {
    goal: [
      `Fix what makes this command fail: ${command}`,
      `It ended with exit code ${exitCode}${folder === '' ? '' : ` in ${plainLine(folder, longestLine)}`}. Find the cause in its output, and mend it in this repository.`,
    ].join('\n'),
    // The end of an output says what went wrong.
    origin: { kind: 'terminal', text: `${head}${text.slice(-(longestText - head.length))}` },
  };
}
