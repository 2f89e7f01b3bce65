import { failure, type Failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { ModelId } from './languageModel.ts';

/** The drivers this build has; the first is what a bare model name most likely meant. */
export const modelDrivers = ['ollama', 'openai', 'transformers', 'vscode', 'replay'] as const;

type ModelDriver = (typeof modelDrivers)[number];

export function isModelDriver(text: string): text is ModelDriver {
  return modelDrivers.some((driver) => driver === text);
}

/** `ollama:qwen3:8b` → driver `ollama`, name `qwen3:8b`: only the first colon separates, names have colons of their own. */
export function parseModelId(text: string): Result<ModelId, Failure<'bad-model-id'>> {
  const trimmed = text.trim();
  const colon = trimmed.indexOf(':');
  const driver = trimmed.slice(0, Math.max(colon, 0));
  const name = trimmed.slice(colon + 1).trim();
  if (isModelDriver(driver) && name !== '') {
    return ok({ driver, name });
  }
  const known = [driver, trimmed].find(isModelDriver);
  if (known !== undefined) {
    return fail(
      failure('bad-model-id', `"${trimmed}" names no model; write ${known}:NAME, for example ${example(known)}.`),
    );
  }
  return fail(
    failure(
      'bad-model-id',
      `"${trimmed}" is not a model; write driver:name, for example ${suggestion(trimmed)}. ${driverList()}`,
    ),
  );
}

export function formatModelId(id: ModelId): string {
  return `${id.driver}:${id.name}`;
}

/** One sentence that lists the drivers; the way out in every "unknown driver" message. */
export function driverList(): string {
  return `Drivers: ${modelDrivers.join(', ')}.`;
}

function suggestion(text: string): string {
  return /^[\w./-]+(:[\w.-]+)?$/.test(text) ? `ollama:${text}` : example('ollama');
}

const examples: Readonly<Record<ModelDriver, string>> = {
  ollama: 'ollama:qwen3:8b',
  openai: 'openai:Qwen/Qwen3-8B',
  transformers: 'transformers:onnx-community/Qwen3-0.6B-ONNX',
  vscode: 'vscode:copilot/gpt-4o',
  replay: 'replay:/path/to/script.json',
};

function example(driver: ModelDriver): string {
  return examples[driver];
}
