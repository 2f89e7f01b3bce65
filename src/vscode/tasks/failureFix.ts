/** A button beside a failure: what it says and what it does. */
import { t } from '@vscode/l10n';
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
const docker: Fix = { label: t('Get Docker'), link: 'https://docs.docker.com/get-started/get-docker/' };
const ollama: Fix = { label: t('Get Ollama'), link: 'https://ollama.com/download' };
const git: Fix = { label: t('Get Git'), link: 'https://git-scm.com/downloads' };
const gvisor: Fix = { label: t('Get gVisor'), link: 'https://gvisor.dev/docs/user_guide/install/' };
const initialize: Fix = { label: t('Initialize Repository'), command: 'git.init' };
const trust: Fix = { label: t('Manage Workspace Trust'), command: 'workbench.trust.manage' };
const folder: Fix = { label: t('Open Folder'), command: 'vscode.openFolder' };
const log: Fix = { label: t('Show Log'), command: 'nightshift.showLog' };
const model: Fix = { label: t('Select Model'), command: 'nightshift.selectModel' };
const allow: Fix = { label: t('Allow Language Model…'), command: 'nightshift.allowLanguageModel' };

/** Ways out by the reason of a failure, as the host and this extension name them. */
export const fixesByReason: Readonly<Record<string, readonly Fix[]>> = {
  'engine-unavailable': [docker],
  'runtime-unavailable': [gvisor, setting('sandbox.requireGvisor', t('Open Setting'))],
  'model-missing': [model],
  'bad-model-id': [model],
  'tools-unsupported': [model],
  'model-unfit': [model],
  unreachable: [ollama, setting('ollama.host', t('Set Address'))],
  'model-unreachable': [ollama, setting('ollama.host', t('Set Address'))],
  'model-window-needed': [allow],
  'git-missing': [git],
  'not-a-repository': [initialize],
  'restricted-mode': [trust],
  'bad-host': [setting('openai.baseUrl', t('Set Server Address')), setting('ollama.host', t('Set Ollama Address'))],
  'no-folder': [folder],
  'no-tests-found': [setting('testCommand', t('Set Test Command'))],
  'environment-needed': [{ label: t('Set Up Test Environment…'), command: 'nightshift.approveEnvironment' }],
  'memory-off': [setting('memory.enabled', t('Open Setting'))],
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
