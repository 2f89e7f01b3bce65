import type { CommandContext } from '../commands/command.ts';

/** How the command line is told to serve a repository: with the person's own settings, so that what another agent delegates runs under them. */
export function mcpLaunch(
  root: string,
  { model, settings }: ReturnType<CommandContext['settings']>,
): { readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  const { ollamaHost, openaiBaseUrl, contextTokens, testCommand, plan, recall, limits = {}, models = {} } = settings;
  const options = {
    model,
    'ollama-host': ollamaHost,
    'openai-base-url': openaiBaseUrl,
    'context-tokens': contextTokens,
    'test-command': testCommand === undefined ? undefined : JSON.stringify(testCommand),
    plan,
    recall,
    'max-tokens': limits.newTokens,
    'max-steps': limits.steps,
    // Whole minutes there: never more than the person set.
    'max-minutes': limits.seconds === undefined ? undefined : Math.max(1, Math.floor(limits.seconds / 60)),
  };
  return {
    args: [
      'mcp',
      // In one word, so that no value is taken for an option.
      `--repo=${root}`,
      ...Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`])),
      ...(settings.requireGvisor === true ? ['--require-gvisor'] : []),
      ...(settings.allowUnlimited === true ? ['--allow-unlimited'] : []),
    ],
    env: Object.fromEntries(
      Object.entries(models).flatMap(([role, name]) =>
        name === undefined ? [] : [[`NIGHTSHIFT_MODELS_${role.toUpperCase()}`, name]],
      ),
    ),
  };
}
