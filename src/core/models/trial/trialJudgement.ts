import * as z from 'zod';
import { smallParameters } from '../bestModel.ts';
import type { ModelFacts } from '../modelFacts.ts';
import { type ModelGrade, modelGradeSchema } from '../modelGrade.ts';
import { colourSchema, copyText, editAfter, editBefore, keptValue, wantedKey } from './trialQuestions.ts';

export const trialQuestionNames = ['tool-call', 'tool-result', 'schema', 'edit', 'copy'] as const;

/** Characters of what a finding and a grade say for people. */
export const longestTold = 400;
export const longestWords = 600;

/** What came of one question. `told` says it for people, in a few words. */
export const findingSchema = z.object({
  question: z.enum(trialQuestionNames),
  passed: z.boolean(),
  told: z.string().max(longestTold),
});

export type Finding = z.infer<typeof findingSchema>;

/** A model's grade, why it is so in one line for people, and what it rests on. */
export const trialSchema = z.object({
  grade: modelGradeSchema,
  words: z.string().max(longestWords),
  findings: z.array(findingSchema),
});

export type Trial = z.infer<typeof trialSchema>;

export function isWantedCall(call: { readonly name: string; readonly arguments: unknown }): boolean {
  const given = z.object({ key: z.string() }).safeParse(call.arguments);
  return call.name === 'look_up' && given.success && given.data.key.trim() === wantedKey;
}

export function usesResult(text: string): boolean {
  return text.toLowerCase().includes(keptValue);
}

export function fitsSchema(text: string): boolean {
  const wanted = z.strictObject({ colour: z.enum(colourSchema.properties.colour.enum), edible: z.boolean() });
  return wanted.safeParse(parseJson(text)).success;
}

/** Any piece that stands once in the file and makes it what was asked for. */
export function isExactEdit(given: unknown): boolean {
  const edit = z.object({ old: z.string().min(1), new: z.string() }).safeParse(given);
  if (!edit.success || editBefore.split(edit.data.old).length !== 2) {
    return false;
  }
  return editBefore.replace(edit.data.old, () => edit.data.new) === editAfter;
}

/** A break at the end, or none, is no difference. */
export function isExactCopy(given: unknown): boolean {
  const copy = z.object({ content: z.string() }).safeParse(given);
  return copy.success && copy.data.content.replace(/\n+$/, '') === copyText.replace(/\n+$/, '');
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A model from this size on is strong when it got all right; a judgement of experience, as a 7B can get it all right too. */
const strongParameters = 20e9;

/** The grade that the answers come to. `tools` is how the model made the call. */
export function judgeTrial(findings: readonly Finding[], tools: ModelGrade['tools'], facts: ModelFacts = {}): Trial {
  const passed = new Set(findings.filter((each) => each.passed).map((each) => each.question));
  const schema = passed.has('schema');
  const failed = findings.filter((each) => !each.passed && each.question !== 'schema' && each.question !== 'tool-call');
  const noHands = tools === 'none' && !schema;
  const noEdit = !passed.has('edit') && !passed.has('copy');
  if (noHands || noEdit) {
    const why = noHands
      ? `it makes no right tool call, and its server holds it to no schema: ${findings.map(({ told }) => told).join('; ')}`
      : 'it could neither make an exact edit nor copy a small file';
    return { grade: { tools, schema, level: 'unfit' }, words: unfitWords(why), findings: [...findings] };
  }
  const small = (facts.parameters ?? smallParameters) < smallParameters;
  const large = (facts.parameters ?? 0) >= strongParameters;
  const level = failed.length > 0 || small ? 'weak' : large && tools === 'native' ? 'strong' : 'capable';
  const remarks = [
    howItCalls[tools],
    ...(schema ? ['answers to a schema'] : ['its server holds it to no schema']),
    ...(failed.length === 0 ? ['edits and copies exactly'] : failed.map(({ told }) => told)),
    ...(small ? ['small'] : []),
  ];
  return { grade: { tools, schema, level }, words: cut(`${level}: ${remarks.join(', ')}`), findings: [...findings] };
}

const howItCalls = {
  native: 'calls tools',
  text: 'prints its tool calls as text',
  none: 'calls no tools',
} as const satisfies Record<ModelGrade['tools'], string>;

function unfitWords(why: string): string {
  return cut(`unfit: ${why}`);
}

function cut(text: string): string {
  return text.length <= 600 ? text : `${text.slice(0, 599)}…`;
}
