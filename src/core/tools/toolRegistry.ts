import * as z from 'zod';
import type { ToolSpec } from '../models/languageModel.ts';
import { answerComment } from './answerComment.ts';
import { askUser } from './askUser.ts';
import { deleteFile } from './deleteFile.ts';
import { editFile } from './editFile.ts';
import { finish } from './finish.ts';
import { listFiles } from './listFiles.ts';
import { readFile } from './readFile.ts';
import { recall } from './recall.ts';
import { reportFinding } from './reportFinding.ts';
import { runTests } from './runTests.ts';
import { searchText } from './searchText.ts';
import type { Tool, ToolEffect } from './tool.ts';
import { writeFile } from './writeFile.ts';

/** Every tool there is, in the order models are offered them. */
export const allTools: readonly Tool[] = [
  listFiles,
  readFile,
  searchText,
  recall,
  editFile,
  writeFile,
  deleteFile,
  runTests,
  answerComment,
  askUser,
  reportFinding,
  finish,
];

/** The tools whose effect a role has the right to; `memory`: there is one to ask; `review`: there are comments to answer; `questions`: the user may be asked; `reports`: findings are kept, but for runs that go over a review. */
export function toolsFor(
  rights: readonly ToolEffect[],
  {
    memory = false,
    review = false,
    questions = false,
    reports = false,
  }: { readonly [Kind in 'memory' | 'review' | 'questions' | 'reports']?: boolean } = {},
): readonly Tool[] {
  return allTools.filter(
    (tool) =>
      rights.includes(tool.effect) &&
      (memory || tool !== recall) &&
      (review || tool !== answerComment) &&
      (questions || tool !== askUser) &&
      ((reports && !review) || tool !== reportFinding),
  );
}

/** A tool as a model is offered it: flat JSON Schema without bounds that only say "a safe integer". */
export function toolSpec(tool: Tool): ToolSpec {
  const { $schema: _, ...parameters } = z.toJSONSchema(tool.parameters, {
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) {
        delete jsonSchema.maximum;
      }
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) {
        delete jsonSchema.minimum;
      }
    },
  });
  return { name: tool.name, description: tool.description, parameters };
}
