import { failure } from '../../base/failure.ts';
import type { Forget } from '../../protocol/memory.ts';
import type { CliFailure, Command, OptionValues } from '../command.ts';
import { usage } from '../commandLine.ts';
import { exitCode } from '../exitCode.ts';
import { pathInRepository } from '../pathInRepository.ts';
import { flag, stringOption } from '../optionValues.ts';
import { memoryFailure } from '../memoryFailure.ts';
import { repositoryFolder, withHost } from '../withHost.ts';

export const memoryForgetCommand: Command = {
  name: 'memory forget',
  summary: 'Forget what was remembered, for good: from words, vectors, the graph and the disk',
  operands: [],
  options: {
    episode: { type: 'string', value: 'ID', help: 'one solved task, by the id of its episode' },
    task: { type: 'string', value: 'ID', help: 'all that came of a task' },
    path: { type: 'string', value: 'PATH', help: 'a file, and the episodes that changed it; it is not indexed again' },
    all: { type: 'boolean', help: 'every episode, and the whole index' },
  },
  json: true,
  run: (invocation) => {
    const forget = readForget(invocation.values);
    if (forget === undefined) {
      return Promise.resolve({
        ...usage('Say what to forget with exactly one of --episode, --task, --path and --all.'),
        exitCode: exitCode.usage,
      });
    }
    return withHost(invocation, { trace: false, start: true }, async (client, root) => {
      const { io, signal, writer } = invocation;
      const path =
        forget.what === 'path'
          ? pathInRepository(forget.path, { root, cwd: io.cwd, folder: repositoryFolder(invocation) })
          : undefined;
      if (path?.ok === false) {
        return path.error;
      }
      const wish: Forget = path === undefined ? forget : { what: 'path', path: path.value };
      const forgotten = await client.request('forget', wish, signal);
      if (!forgotten.ok) {
        return memoryFailure(forgotten.error);
      }
      writer.forgotten(forgotten.value);
      const { episodes, files, vectors } = forgotten.value;
      // An empty memory is what `--all` asked for.
      return wish.what === 'all' || episodes + files + vectors > 0 ? exitCode.done : nothingForgotten(wish);
    });
  },
};

function nothingForgotten(wish: Exclude<Forget, { what: 'all' }>): CliFailure {
  const message =
    wish.what === 'path'
      ? `Nothing of ${wish.path} was in the memory, so nothing is forgotten or kept out: a .nightshiftignore file keeps it out, and \`nightshift index --why ${wish.path}\` says how it stands.`
      : 'Nothing of it was in the memory. `nightshift memory show` lists what is.';
  return failure('nothing-forgotten', message);
}

function readForget(values: OptionValues): Forget | undefined {
  const [episode, task, path] = ['episode', 'task', 'path'].map((name) => stringOption(values, name));
  const wishes: Forget[] = [
    ...(episode === undefined ? [] : [{ what: 'episode' as const, id: episode }]),
    ...(task === undefined ? [] : [{ what: 'task' as const, task }]),
    ...(path === undefined ? [] : [{ what: 'path' as const, path }]),
    ...(flag(values, 'all') ? [{ what: 'all' as const }] : []),
  ];
  return wishes.length === 1 ? wishes[0] : undefined;
}
