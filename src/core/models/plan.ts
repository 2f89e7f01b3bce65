import * as z from 'zod';
import { plainLine } from '../../base/plainText.ts';

/** A plan that a small model can hold on to: this many steps, and characters of each. */
export const mostPlanSteps = 8;
export const longestPlanStep = 160;

const answerSchema = z.object({ steps: z.array(z.string()).min(1) });

/** What a server is to hold the answer to. */
export const planFormat: Readonly<Record<string, unknown>> = {
  type: 'object',
  properties: {
    steps: {
      type: 'array',
      items: { type: 'string', maxLength: longestPlanStep },
      minItems: 1,
      maxItems: mostPlanSteps,
    },
  },
  required: ['steps'],
  additionalProperties: false,
};

/** The steps that an answer names, each on one line; undefined for an answer that is no plan. */
export function parsePlan(text: string): readonly string[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const answer = answerSchema.safeParse(value);
  const steps = (answer.data?.steps ?? []).map(planStep).filter((step) => step !== '');
  return steps.length === 0 ? undefined : steps.slice(0, mostPlanSteps);
}

/** Characters of a step that are looked at; an answer may be nearly as long as it likes. */
const longestRead = 8 * longestPlanStep;

/** Cut by what is stored: a character beyond the first plane counts as two. */
function planStep(text: string): string {
  const start = text.trim().slice(0, longestRead);
  const line = plainLine(start.replace(/^\s*(?:\d{1,2}[.)]|[-*])\s+/, ''), longestPlanStep);
  return line.length <= longestPlanStep ? line : line.slice(0, longestPlanStep).replace(/[\ud800-\udbff]$/, '');
}

/** The plan as an agent is told it. */
export function planText(steps: readonly string[]): string {
  return steps.length === 0 ? '' : `The plan:\n${steps.map((step, at) => `${at + 1}. ${step}`).join('\n')}`;
}
