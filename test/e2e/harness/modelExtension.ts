import { counterParts, ScriptedProvider } from '../../vscode/cases/scriptedProvider.ts';

/** Another extension, which provides a language model and knows nothing of ours. */
export function activate(): void {
  const provider = new ScriptedProvider();
  provider.script = counterParts;
  provider.register();
}
