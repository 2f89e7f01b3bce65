import { t } from '@vscode/l10n';
import type { DoctorCheck } from '../../protocol/doctorCheck.ts';
import type { ContextKeys } from '../window/contextKeys.ts';

export type MachineParts = Partial<Pick<ContextKeys, 'git' | 'engine' | 'model' | 'runtime'>>;

/** Models of these drivers need no server; whether one is there is found when a task asks for it. */
const withoutServer = /^(?:vscode|transformers|replay):/;

/** What the checks say of the parts that tasks need; nothing of a part that was not looked at. */
export function machineParts(checks: readonly DoctorCheck[], model: string): MachineParts {
  const named = (name: string): DoctorCheck | undefined => checks.find((check) => check.name === name);
  const [git, engine, runtime] = ['git', 'engine', 'runtime'].map(named);
  const isThere = ({ status }: DoctorCheck): 'ready' | 'missing' => (status === 'fail' ? 'missing' : 'ready');
  return {
    ...(git === undefined ? {} : { git: isThere(git) }),
    ...(engine === undefined ? {} : { engine: isThere(engine) }),
    ...modelPart(model, named('model'), named(t('model server'))),
    ...(runtime === undefined ? {} : { runtime: runtime.status === 'ok' ? 'isolated' : 'shared' }),
  };
}

/** `auto` takes models of Ollama alone, and with another server the lack of them is only a warning of the doctor. */
function modelPart(model: string, local: DoctorCheck | undefined, server: DoctorCheck | undefined): MachineParts {
  if (local === undefined) {
    return {};
  }
  const isReady =
    withoutServer.test(model) ||
    (model.startsWith('openai:') ? server?.status === 'ok' : / to work with: /.test(local.detail));
  return { model: isReady ? 'ready' : 'missing' };
}
