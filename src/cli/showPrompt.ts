import { plainText } from '../base/plainText.ts';
import type { TraceFile } from '../host/trace/openTrace.ts';
import { rebuiltPrompt } from '../host/trace/rebuiltPrompt.ts';
import type { CliFailure, Invocation } from './command.ts';
import { usage } from './commandLine.ts';
import { exitCode } from './exitCode.ts';
import { flag } from './optionValues.ts';

/** Prints one request, made again from the trace, and whether it is the one that was sent. */
export async function showPrompt(
  { io, values, writer }: Invocation,
  trace: TraceFile,
  wanted: string,
): Promise<number | CliFailure> {
  if (!/^[1-9]\d*$/.test(wanted)) {
    return usage(`--prompt takes a whole number from 1 on, not "${wanted}".`);
  }
  const found = await rebuiltPrompt(trace, Number(wanted));
  if (!found.ok) {
    return found.error;
  }
  const { json, messages, tools, estimatedTokens, same } = found.value;
  const shown = flag(values, 'json')
    ? json
    : messages.map(({ role, text }) => plainText(`--- ${role}\n${text}`)).join('\n\n');
  io.stdout.write(`${shown}\n`);
  writer.note(`Offered: ${tools.length === 0 ? 'no tools' : tools.join(', ')}. About ${estimatedTokens} tokens.`);
  writer.note(
    same
      ? 'Made again from the trace: byte by byte what was sent.'
      : 'This differs from what was sent: another version of Nightshift made it, or the trace was changed.',
  );
  return same ? exitCode.done : exitCode.failed;
}
