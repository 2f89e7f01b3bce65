import { errorText } from '../../base/failure.ts';
import type { WindowAnswer } from '../../protocol/modelLending.ts';

type ChatFailure = Extract<WindowAnswer, { kind: 'failure' }>;

const longestMessage = 600;

/**
 * What the editor or a provider threw, as a failure. A `LanguageModelError` says by its code who is to blame; what a provider throws
 * arrives with no more than its text.
 */
export function modelFailure(model: string, error: unknown): ChatFailure {
  const text = errorText(error instanceof Error && error.cause instanceof Error ? error.cause : error);
  const said = (lead: string): string => `${lead} (${text.replace(/\.$/, '')}).`.slice(0, longestMessage);
  switch (codeOf(error)) {
    case 'NoPermissions':
      return { kind: 'failure', reason: 'not-lent', message: said(`VS Code does not let Nightshift use ${model}`) };
    case 'NotFound':
      return { kind: 'failure', reason: 'model-missing', message: said(`VS Code has no language model ${model} now`) };
    case 'Blocked':
      return {
        kind: 'failure',
        reason: 'rejected',
        message: said(`The provider of ${model} blocks it: a quota or a filter`),
      };
    default:
      return { kind: 'failure', reason: reasonOf(text), message: said(`The provider of ${model} failed`) };
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function reasonOf(text: string): ChatFailure['reason'] {
  if (/rate.?limit|too many requests|\b429\b|overloaded|\bbusy\b/i.test(text)) {
    return 'busy';
  }
  if (/quota|billing|unauthori[sz]ed|forbidden|\b40[013]\b/i.test(text)) {
    return 'rejected';
  }
  return /(context|prompt|input|token)\b.*\b(exceed|too (long|large)|limit)|exceed.*\b(context|tokens)/i.test(text)
    ? 'context-exceeded'
    : 'crashed';
}
