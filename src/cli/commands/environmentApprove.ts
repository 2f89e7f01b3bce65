import { isNetworkHost } from '../../base/networkHost.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { agreeToEnvironment } from '../agreeToEnvironment.ts';
import type { Command, OptionValues } from '../command.ts';
import { usage, type UsageFailure } from '../commandLine.ts';
import { exitCode } from '../exitCode.ts';
import { stringOption, stringOptions } from '../optionValues.ts';
import { namedTask, taskOption } from '../taskOption.ts';
import { withHost } from '../withHost.ts';

export const environmentApproveCommand: Command = {
  name: 'environment approve',
  summary: 'Agree that the environment with this hash, printed in full, is set up with the network it asks for',
  operands: [{ name: 'HASH' }],
  options: {
    ...taskOption,
    'allow-host': {
      type: 'string',
      value: 'HOST[:PORT]',
      multiple: true,
      help: 'a host of your own that setup may reach, for example a registry on a private network; those named before stay',
    },
  },
  json: true,
  run: async (invocation) => {
    const { positionals, values } = invocation;
    const hash = namedHash(positionals[0], stringOption(values, 'task'));
    if (!hash.ok) {
      return hash.error;
    }
    const hosts = namedHosts(values);
    if (!hosts.ok) {
      return hosts.error;
    }
    return withHost(invocation, { trace: false, start: true }, async (client) => {
      const named = namedTask(invocation, client);
      if (!named.ok) {
        return named.error;
      }
      const agreement = { ...named.value, ...hash.value, hosts: hosts.value };
      const agreed = await agreeToEnvironment(invocation, client, agreement);
      return agreed.ok ? exitCode.done : agreed.error;
    });
  },
};

/** An agent wrote what the changes of a task ask for, so there the user names what was looked at. */
function namedHash(given: string | undefined, task: string | undefined): Result<{ hash?: string }, UsageFailure> {
  const look = `\`nightshift environment${task === undefined ? '' : ` --task ${task}`}\``;
  if (given === undefined) {
    return task === undefined
      ? ok({})
      : fail(usage(`With --task the hash of what you agree to is needed; ${look} shows both.`));
  }
  const hash = given.toLowerCase();
  return /^[0-9a-f]{8,64}$/.test(hash)
    ? ok({ hash })
    : fail(usage(`"${given}" is no hash of an environment, nor 8 or more of its first digits; ${look} shows it.`));
}

function namedHosts(values: OptionValues): Result<readonly string[], UsageFailure> {
  const hosts = stringOptions(values, 'allow-host').map((host) => host.toLowerCase());
  const wrong = hosts.find((host) => !isNetworkHost(host));
  return wrong === undefined
    ? ok(hosts)
    : fail(
        usage(
          `--allow-host takes the name of a host and, if need be, a port from 1 to 65535, as in registry.example:4873, not "${wrong}".`,
        ),
      );
}
