import type { ModelView } from './models.ts';
import { formatBytes } from './storage.ts';

/** Words for models, the same on the command line and in the editor. */

/** `capable`, `not tried yet`; a model that answers no questions is none to work with. */
export function levelText({ grade, other }: Pick<ModelView, 'grade' | 'other'>): string {
  return other !== undefined ? 'not for this' : (grade?.level ?? 'not tried yet');
}

/** `8.2B Q4_K_M · 4.9 GB · window 16,384 of 40,960`: what is known of it. */
export function sizeText({ parameters, quantization, bytes, taskTokens, contextTokens }: ModelView): string {
  const number = (value: number): string => value.toLocaleString('en-US');
  const weights = [parameters === undefined ? '' : parametersText(parameters), quantization ?? '']
    .filter(Boolean)
    .join(' ');
  const most = contextTokens === undefined || contextTokens === taskTokens ? '' : ` of ${number(contextTokens)}`;
  return [weights, bytes === undefined ? '' : formatBytes(bytes), `window ${number(taskTokens)}${most}`]
    .filter(Boolean)
    .join(' · ');
}

/** `8.2B`, `137M`. */
export function parametersText(parameters: number): string {
  const [unit, size] = parameters >= 1e9 ? (['B', 1e9] as const) : (['M', 1e6] as const);
  return `${Number((parameters / size).toFixed(1))}${unit}`;
}

/** Why a model is what it is, or what to do to know; without what `levelText` says. */
export function whyText({ driver, grade, tools, fits, other }: ModelView): string {
  const why =
    other !== undefined
      ? other
      : grade === undefined
        ? driver === 'openai'
          ? 'nobody knows yet whether it calls tools: its server does not say'
          : `its server says that it calls ${tools ? '' : 'no '}tools`
        : grade.words.replace(new RegExp(`^${grade.level}: `), '');
  return fits === false ? `${why}; needs more memory than is here` : why;
}

/** `48% of 4.9 GB`, or what is done now where no bytes are counted. */
export function progressWords({
  text,
  completed,
  total,
}: {
  text: string;
  completed?: number | undefined;
  total?: number | undefined;
}): string {
  return completed === undefined || total === undefined || total === 0
    ? text
    : `${Math.floor((completed / total) * 100)}% of ${formatBytes(total)}`;
}
