/** A button beside a failure: what it says and what it does. */
export type Fix = { readonly label: string } & (
  | { readonly link: string }
  | { readonly command: string; readonly values?: readonly unknown[] }
);

/** Opens a setting of ours. */
export const setting = (name: string, label: string): Fix => ({
  label,
  command: 'workbench.action.openSettings',
  values: [`nightshift.${name}`],
});
const docker: Fix = { label: 'Get Docker', link: 'https://docs.docker.com/get-started/get-docker/' };
const ollama: Fix = { label: 'Get Ollama', link: 'https://ollama.com/download' };
const git: Fix = { label: 'Get Git', link: 'https://git-scm.com/downloads' };
const gvisor: Fix = { label: 'Get gVisor', link: 'https://gvisor.dev/docs/user_guide/install/' };
const initialize: Fix = { label: 'Initialize Repository', command: 'git.init' };
const trust: Fix = { label: 'Manage Workspace Trust', command: 'workbench.trust.manage' };
const folder: Fix = { label: 'Open Folder', command: 'vscode.openFolder' };
const log: Fix = { label: 'Show Log', command: 'nightshift.showLog' };
const model: Fix = { label: 'Select Model', command: 'nightshift.selectModel' };
const allow: Fix = { label: 'Allow Language Model…', command: 'nightshift.allowLanguageModel' };

/** Ways out by the reason of a failure, as the host and this extension name them. */
export const fixesByReason: Readonly<Record<string, readonly Fix[]>> = {
  'engine-unavailable': [docker],
  'runtime-unavailable': [gvisor, setting('sandbox.requireGvisor', 'Open Setting')],
  'model-missing': [model],
  'bad-model-id': [model],
  'tools-unsupported': [model],
  'model-unfit': [model],
  unreachable: [ollama, setting('ollama.host', 'Set Address')],
  'model-unreachable': [ollama, setting('ollama.host', 'Set Address')],
  'model-window-needed': [allow],
  'git-missing': [git],
  'not-a-repository': [initialize],
  'restricted-mode': [trust],
  'bad-host': [setting('openai.baseUrl', 'Set Server Address'), setting('ollama.host', 'Set Ollama Address')],
  'no-folder': [folder],
  'no-tests-found': [setting('testCommand', 'Set Test Command')],
  'environment-needed': [{ label: 'Set Up Test Environment…', command: 'nightshift.approveEnvironment' }],
  'memory-off': [setting('memory.enabled', 'Open Setting')],
  'host-unavailable': [log],
  'host-not-started': [log],
  'protocol-version': [log],
  'incomplete-installation': [log],
  'bad-setting': [log],
  internal: [log],
};

/** Reasons of a stop after which the same task may well get on, with more of a limit or another try. */
const resumedByButton: ReadonlySet<string> = new Set([
  'budget-exhausted',
  'step-limit',
  'time-limit',
  'stuck',
  'no-answer',
  'runaway',
  'command-timeouts',
  'repeated-format-error',
]);

export function isResumedByButton(reason: string): boolean {
  return resumedByButton.has(reason);
}

/** At most two buttons; empty where nothing but the message's own advice helps. */
export function fixesFor(reason: string): readonly Fix[] {
  return fixesByReason[reason] ?? [];
}
