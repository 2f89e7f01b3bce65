import type { HostClient } from '../../host/client/hostClient.ts';
import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';
import type { MemoryStatus } from '../../protocol/memory.ts';
import type { CliFailure, Command, Invocation } from '../command.ts';
import { usage } from '../commandLine.ts';
import { exitCode } from '../exitCode.ts';
import { flag, stringOption } from '../optionValues.ts';
import { memoryFailure } from '../memoryFailure.ts';
import { pathInRepository } from '../pathInRepository.ts';
import { repositoryFolder, withHost } from '../withHost.ts';

export const indexCommand: Command = {
  name: 'index',
  summary: 'Index this repository for recall and show how far it is; a running agent host keeps it up to date',
  operands: [],
  options: {
    wait: { type: 'boolean', help: 'until everything can be found by words' },
    vectors: { type: 'boolean', help: 'with --wait: until everything can be found by meaning as well' },
    rebuild: { type: 'boolean', help: 'throw the index away and make it anew; what was solved stays remembered' },
    pause: { type: 'boolean', help: 'stop indexing until --resume; what is indexed is still found' },
    resume: { type: 'boolean', help: 'go on after --pause' },
    why: { type: 'string', value: 'PATH', help: 'say why a file is indexed, or why not' },
  },
  json: true,
  run: (invocation) => {
    const { values } = invocation;
    const chosen = ['rebuild', 'pause', 'resume'].filter((name) => flag(values, name));
    const rest = [...chosen, ...['wait', 'vectors'].filter((name) => flag(values, name))];
    if (stringOption(values, 'why') !== undefined && rest.length > 0) {
      return Promise.resolve({
        ...usage(`--why says why a file is indexed and does nothing else; leave --${rest[0]} out.`),
        exitCode: exitCode.usage,
      });
    }
    if (flag(values, 'vectors') && !flag(values, 'wait')) {
      return Promise.resolve({
        ...usage('--vectors says what --wait waits for: write `nightshift index --wait --vectors`.'),
        exitCode: exitCode.usage,
      });
    }
    if (chosen.length > 1) {
      return Promise.resolve({
        ...usage(`--${chosen[0]} and --${chosen[1]} do not go together. See \`nightshift index --help\`.`),
        exitCode: exitCode.usage,
      });
    }
    return withHost(invocation, { trace: false, start: true }, (client, root) => index(client, invocation, root));
  },
};

async function index(client: HostClient, invocation: Invocation, root: string): Promise<number | CliFailure> {
  const { io, signal, values, writer } = invocation;
  const given = stringOption(values, 'why');
  if (given !== undefined) {
    const path = pathInRepository(given, { root, cwd: io.cwd, folder: repositoryFolder(invocation) });
    if (!path.ok) {
      return path.error;
    }
    const explained = await client.request('explainPath', { path: path.value }, signal);
    if (!explained.ok) {
      return memoryFailure(explained.error);
    }
    writer.explained(explained.value);
    return exitCode.done;
  }
  const ordered = await order(client, invocation);
  if (!ordered.ok) {
    return memoryFailure(ordered.error);
  }
  const status = await lookAt(client, invocation);
  if (!status.ok) {
    return memoryFailure(status.error);
  }
  writer.memory(status.value);
  return status.value.state === 'failed' ? exitCode.environment : exitCode.done;
}

async function order(client: HostClient, { signal, values }: Invocation): Promise<Result<unknown, Failure>> {
  if (flag(values, 'rebuild')) {
    return client.request('rebuildMemory', {}, signal);
  }
  const paused = flag(values, 'pause') ? true : flag(values, 'resume') ? false : undefined;
  return paused === undefined ? { ok: true, value: undefined } : client.request('pauseMemory', { paused }, signal);
}

function lookAt(client: HostClient, { signal, values }: Invocation): Promise<Result<MemoryStatus, Failure>> {
  return flag(values, 'wait')
    ? client.request('memorySettle', { vectors: flag(values, 'vectors') }, signal)
    : client.request('memoryStatus', {}, signal);
}
