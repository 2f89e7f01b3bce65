import * as z from 'zod';
import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Memory } from '../../core/memory/memory.ts';
import { filterProblem } from '../../core/memory/recall/filterProblem.ts';
import { type Redactor, redactJson } from '../../core/trace/redactor.ts';
import { recallHitSchema, type RecallQuery, type RecallResult } from '../../protocol/memory.ts';
import type { HostFailure } from '../rpc/hostService.ts';

/** What names a hit or says what it is, and no words of anybody. */
const names: ReadonlySet<string> = new Set(['kind', 'by', 'id', 'task', 'outcome', 'time']);

/** Answers a client. What it gives to a language model leaves the hands of this machine, so no secret is left in that. */
export async function answerRecall(
  memory: Memory,
  redactor: Redactor,
  query: RecallQuery,
  signal: AbortSignal,
): Promise<Result<RecallResult, HostFailure>> {
  const problem = filterProblem(query);
  if (problem !== undefined) {
    return fail({ ...failure('bad-filter', problem), exitCode: 2 });
  }
  const answer = await memory.recall(query, signal);
  if (!answer.ok || query.reader !== 'model') {
    return answer;
  }
  const hits = await redactJson(answer.value.hits, redactor, (path) => names.has(path.at(-1) ?? ''));
  return ok({ ...answer.value, hits: z.array(recallHitSchema).parse(hits) });
}
