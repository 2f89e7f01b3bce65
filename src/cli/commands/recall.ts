import * as z from 'zod/mini';
import { errorText, failure, type Failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { HostClient } from '../../host/client/hostClient.ts';
import { longestQuery, memoryKinds, type MemoryKind, type RecallQuery } from '../../protocol/memory.ts';
import { recallTime } from '../../protocol/recallTime.ts';
import type { CliFailure, Command, Invocation, OptionValues } from '../command.ts';
import { usage } from '../commandLine.ts';
import { exitCode } from '../exitCode.ts';
import { flag, stringOption, stringOptions } from '../optionValues.ts';
import { brokenIndex, memoryFailure } from '../memoryFailure.ts';
import { withHost } from '../withHost.ts';

/** One question of a batch, a JSON line of standard input. */
const questionSchema = z.object({ id: z.string(), query: z.string() });

export const recallCommand: Command = {
  name: 'recall',
  summary: 'Search the memory of this repository: code, documents, decisions, commits, and what was solved before',
  operands: [{ name: 'QUERY' }],
  options: {
    kind: { type: 'string', multiple: true, value: 'K', help: `one of ${memoryKinds.join(', ')}; may be repeated` },
    path: {
      type: 'string',
      multiple: true,
      value: 'GLOB',
      help: 'files that fit, from the root, or a folder; `!GLOB` takes away; may be repeated',
    },
    language: { type: 'string', multiple: true, value: 'L', help: 'as VS Code names it: typescript, python, …' },
    since: { type: 'string', value: 'DATE', help: 'changed, written or solved since then: 2026-01-31, or 2w' },
    until: { type: 'string', value: 'DATE', help: 'changed, written or solved up to the end of that day' },
    count: { type: 'string', value: 'N', help: 'hits wanted (default: 10, at most 200)' },
    brief: { type: 'boolean', help: 'without the text of the hits' },
    batch: { type: 'boolean', help: 'questions as JSON lines {"id","query"} on standard input; answers as JSON lines' },
  },
  json: true,
  run: async (invocation) => {
    const { io, positionals, signal, values } = invocation;
    const batch = flag(values, 'batch');
    const [given] = positionals;
    if (batch && given !== undefined) {
      return { ...usage('--batch reads its questions from standard input; leave the question out.'), exitCode: 2 };
    }
    const text = given ?? (await io.readInput(signal));
    const questions = batch ? readQuestions(text) : ok([{ id: undefined, query: text }]);
    if (!questions.ok) {
      return { ...questions.error, exitCode: exitCode.usage };
    }
    const filter = readFilter(values, batch);
    if (!filter.ok) {
      return { ...filter.error, exitCode: exitCode.usage };
    }
    if (!batch && text.trim() === '') {
      return { ...usage('What is looked for? `nightshift recall "retry with backoff"`.'), exitCode: exitCode.usage };
    }
    return withHost(invocation, { trace: false, start: true }, (client) =>
      answerAll(client, invocation, questions.value, filter.value),
    );
  },
};

/** What is known to have changed is indexed first, so that an answer is about the files as they are. */
async function answerAll(
  client: HostClient,
  { signal, writer }: Invocation,
  questions: readonly { readonly id: string | undefined; readonly query: string }[],
  filter: Omit<RecallQuery, 'query'>,
): Promise<number | CliFailure> {
  const settled = await client.request('memorySettle', { vectors: false }, signal);
  if (!settled.ok) {
    return memoryFailure(settled.error);
  }
  const broken = brokenIndex(settled.value);
  let found = 0;
  for (const { id, query } of questions) {
    const answer = await client.request('recall', { ...filter, query: query.slice(0, longestQuery) }, signal);
    if (!answer.ok) {
      return memoryFailure(answer.error);
    }
    found += answer.value.hits.length;
    // Nothing is no answer where most of it was not searched.
    if (broken === undefined || answer.value.hits.length > 0 || id !== undefined) {
      writer.recalled(answer.value, id);
    }
  }
  return questions.length === 0 || found > 0 ? exitCode.done : (broken ?? exitCode.failed);
}

function readFilter(values: OptionValues, batch: boolean): Result<Omit<RecallQuery, 'query'>, Failure> {
  const kinds: MemoryKind[] = [];
  for (const name of stringOptions(values, 'kind')) {
    const kind = memoryKinds.find((each) => each === name);
    if (kind === undefined) {
      return fail(usage(`There is no kind "${name}"; there are ${memoryKinds.join(', ')}.`));
    }
    kinds.push(kind);
  }
  const count = Number(stringOption(values, 'count') ?? (batch ? 50 : 10));
  if (!Number.isInteger(count) || count < 1 || count > 200) {
    return fail(usage('--count is a whole number from 1 to 200.'));
  }
  const times: { since?: string; until?: string } = {};
  for (const name of ['since', 'until'] as const) {
    const text = stringOption(values, name);
    const time = text === undefined ? undefined : recallTime(text.trim(), Date.now(), name);
    if (text !== undefined && time === undefined) {
      return fail(usage(`--${name} ${text} is no date; write it as 2026-01-31, or 2w for two weeks ago.`));
    }
    Object.assign(times, time === undefined ? {} : { [name]: time });
  }
  const paths = stringOptions(values, 'path');
  const languages = stringOptions(values, 'language');
  return ok({
    count,
    snippetTokens: batch || flag(values, 'brief') ? 0 : 2_000,
    ...(kinds.length === 0 ? {} : { kinds }),
    ...(paths.length === 0 ? {} : { paths: [...paths] }),
    ...(languages.length === 0 ? {} : { languages: [...languages] }),
    ...times,
  });
}

function readQuestions(text: string): Result<{ readonly id: string; readonly query: string }[], Failure> {
  const questions: { id: string; query: string }[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() !== '') {
      const question = questionSchema.safeParse(readJson(line));
      if (!question.success) {
        return fail(failure('usage', `Line ${at + 1} of standard input is no {"id": "…", "query": "…"}.`));
      }
      questions.push(question.data);
    }
  }
  return ok(questions);
}

function readJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    return errorText(error);
  }
}
