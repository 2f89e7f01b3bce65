import { styleText } from 'node:util';
import type { CliIo, Output } from '../cliIo.ts';

export type Style = Parameters<typeof styleText>[0];

/** Puts a style on a text, or leaves it plain where colours are not wanted. */
export type Paint = (style: Style, text: string) => string;

export const plainPaint: Paint = (_, text) => text;

/** Colours on a terminal unless `NO_COLOR` is set or the terminal has none; `FORCE_COLOR` wants them anywhere. */
export function paintFor(output: Output, environment: CliIo['environment']): Paint {
  const { NO_COLOR: none, FORCE_COLOR: forced, TERM: terminal } = environment;
  const isForced = forced !== undefined && forced !== '' && forced !== '0';
  if ((none !== undefined && none !== '') || (!isForced && (!output.isTty || terminal === 'dumb'))) {
    return plainPaint;
  }
  return (style, text) => (text === '' ? '' : styleText(style, text, { validateStream: false }));
}
