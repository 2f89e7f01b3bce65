import { graphQuerySchema } from '../../protocol/memory.ts';
import type { Command } from '../command.ts';
import { usage } from '../commandLine.ts';
import { exitCode } from '../exitCode.ts';
import { stringOption } from '../optionValues.ts';
import { memoryFailure } from '../memoryFailure.ts';
import { nameOrPath } from '../pathInRepository.ts';
import { repositoryFolder, withHost } from '../withHost.ts';

const questions = graphQuerySchema.shape.question.options;

export const relatedCommand: Command = {
  name: 'related',
  summary: 'Show what belongs to a file or a symbol: who calls it, its tests, its history, where it was decided',
  operands: [{ name: 'NAME|PATH', missing: 'Of which file or symbol? `nightshift related src/cart.ts`.' }],
  options: {
    question: { type: 'string', value: 'Q', help: `one of ${questions.join(', ')} (default: around)` },
  },
  json: true,
  run: (invocation) => {
    const { io, positionals, signal, values, writer } = invocation;
    const named = stringOption(values, 'question') ?? 'around';
    const question = questions.find((each) => each === named);
    if (question === undefined) {
      return Promise.resolve({
        ...usage(`There is no question "${named}"; there are ${questions.join(', ')}.`),
        exitCode: exitCode.usage,
      });
    }
    return withHost(invocation, { trace: false, start: true }, async (client, root) => {
      const entity = nameOrPath(positionals[0] ?? '', { root, cwd: io.cwd, folder: repositoryFolder(invocation) });
      if (!entity.ok) {
        return entity.error;
      }
      const settled = await client.request('memorySettle', { vectors: false }, signal);
      const answer = settled.ok
        ? await client.request('graph', { entity: entity.value, question, count: 40 }, signal)
        : settled;
      if (!answer.ok) {
        return memoryFailure(answer.error);
      }
      writer.related(answer.value);
      return answer.value.center === undefined ? exitCode.failed : exitCode.done;
    });
  },
};
