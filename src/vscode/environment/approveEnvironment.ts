import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../../base/result.ts';
import { type Failure, failure } from '../../base/failure.ts';
import { plainLine } from '../../base/plainText.ts';
import type { EnvironmentView } from '../../protocol/host.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import { missingForTasks } from '../tasks/startTask.ts';
import { namedTask } from '../tasks/chosenTask.ts';
import { showFailure } from '../tasks/showFailure.ts';
import { patiently } from '../window/patiently.ts';

/**
 * Shows what the tests of a repository, or of a task's changes, would be set up with, and asks. Only in answer to a person's own
 * click: nothing else leads to the network.
 */
export const approveEnvironment: Command = async (context, argument) => {
  const target = await chosenTarget(context, argument);
  if (!target.ok) {
    showFailure(context, target.error);
    return;
  }
  const { root, ...task } = target.value;
  const host = context.hosts.of(root);
  const shown = await patiently(context.dialogue, t('Looking at what the tests need'), (signal) =>
    host.request('environment', task, signal),
  );
  if (!shown.ok) {
    showFailure(context, shown.error);
    return;
  }
  const { environment } = shown.value;
  if (environment.status === 'base') {
    context.dialogue.mention(t('Tests run in the base image: there is nothing to set up.'));
    return;
  }
  const agreed = await context.dialogue.confirm(t('Set up what the tests need?'), describe(environment), t('Set Up'));
  if (!agreed) {
    return;
  }
  const { definition, hosts } = environment;
  const approved = await patiently(context.dialogue, t('Keeping what you agreed to'), (signal) =>
    host.request('approveEnvironment', { definition, hosts, ...task }, signal),
  );
  if (!approved.ok) {
    showFailure(context, approved.error);
    return;
  }
  context.dialogue.mention(
    approved.value.proving ? t('Setting up; then the tests run again.') : t('The next task sets it up.'),
  );
};

/** Everything that would happen, one fact a line, in the words that run. */
function describe(environment: EnvironmentView): string {
  const { image, fetches, steps, network, hosts, scripts, files, warnings, dockerfile } = environment;
  const reached = [...(network === true ? [t('public hosts')] : network === false ? [] : network), ...hosts];
  const builder = dockerfile === undefined || network !== true ? '' : t("the engine's own for the Dockerfile, then ");
  const lines = [
    ...(image === null ? [] : [t`Image: ${image}`]),
    ...(dockerfile?.target === undefined ? [] : [t`Target: ${dockerfile.target}`]),
    ...Object.entries(dockerfile?.arguments ?? {}).map(([name, value]) => t`Argument: ${name}=${value}`),
    ...(fetches.length === 0 ? [] : [t`Fetches where missing: ${fetches.join(', ')}`]),
    ...steps.map(
      (argv) => t`Runs: ${argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word))).join(' ')}`,
    ),
    t`Network while it is set up: ${builder}${reached.length === 0 ? 'off' : reached.join(', ')}`,
    t`Scripts of packages: ${scripts ? 'run' : t('do not run')}`,
    ...(files.length === 0
      ? []
      : [t`Sees: ${files.slice(0, 8).join(', ')}${files.length > 8 ? t` and ${files.length - 8} more` : ''}`]),
    ...warnings,
  ];
  const where =
    dockerfile === undefined ? t('It runs in a sandbox,') : t('What runs after the Dockerfile runs in a sandbox. It');
  return t`${[...lines, ...dockerfileLines(environment)].map((line) => plainLine(line, 400)).join('\n')}\n\n${where} sees nothing else of the repository, and is asked again when any of this changes.`;
}

/** Lines of a Dockerfile that a dialog has room for. */
const shownLines = 30;

function dockerfileLines({ dockerfile, image }: EnvironmentView): readonly string[] {
  if (dockerfile === undefined) {
    return [];
  }
  const lines = dockerfile.text.trimEnd().split(/\r?\n/);
  const hidden = lines.length - shownLines;
  return [
    '',
    `${image ?? 'Dockerfile'}:`,
    ...lines.slice(0, shownLines),
    ...(hidden > 0 ? [t`… and ${hidden} more lines: read the file before you agree.`] : []),
  ];
}

interface Target {
  readonly root: string;
  readonly task?: string;
}

async function chosenTarget(context: CommandContext, argument: unknown): Promise<Result<Target, Failure>> {
  const missing = missingForTasks(context.window);
  if (missing !== undefined) {
    return fail(missing);
  }
  const named = namedTask(argument);
  if (named !== undefined) {
    return ok({ root: named.root, task: named.task });
  }
  const path = context.window.activeCode()?.path ?? context.window.folders()[0] ?? '';
  const root = (await context.repositoryOf(path)) ?? (await context.repositoryOf(context.window.folders()[0] ?? ''));
  return root === undefined
    ? fail(failure('not-a-repository', t('No git repository is open: open the folder of one.')))
    : ok({ root });
}
