import { createHash } from 'node:crypto';

export interface FakeModel {
  readonly name: string;
  readonly capabilities?: readonly string[];
  /** The window it was trained for, tokens. */
  readonly contextLength?: number;
}

export const defaultModels: readonly FakeModel[] = [{ name: 'scripted:latest' }];

/** `scripted` means `scripted:latest`. */
export function findModel(models: readonly FakeModel[], name: string): FakeModel | undefined {
  return models.find((model) => model.name === name || model.name === `${name}:latest`);
}

export function capabilitiesOf(model: FakeModel): readonly string[] {
  return model.capabilities ?? ['completion', 'tools'];
}

const modifiedAt = '2026-11-01T08:00:00.123456789Z';

const details = {
  parent_model: '',
  format: 'gguf',
  family: 'qwen3',
  families: ['qwen3'],
  parameter_size: '8.2B',
  quantization_level: 'Q4_K_M',
};

export function tagsBody(models: readonly FakeModel[]): unknown {
  return {
    models: models.map((model) => ({
      name: model.name,
      model: model.name,
      modified_at: modifiedAt,
      size: 5_225_388_164,
      digest: digestOf(model),
      details,
    })),
  };
}

export function showBody(model: FakeModel): unknown {
  return {
    modelfile: `FROM ${model.name}`,
    template: '{{ .Messages }}',
    details,
    model_info: { 'general.architecture': 'qwen3', 'qwen3.context_length': model.contextLength ?? 40_960 },
    capabilities: capabilitiesOf(model),
    modified_at: modifiedAt,
  };
}

export function psBody(models: readonly FakeModel[], windows: ReadonlyMap<string, number>): unknown {
  return {
    models: models
      .filter((model) => windows.has(model.name))
      .map((model) => ({
        name: model.name,
        model: model.name,
        size: 6_000_000_000,
        digest: digestOf(model),
        details,
        expires_at: '2026-11-01T08:05:00Z',
        size_vram: 0,
        context_length: windows.get(model.name),
      })),
  };
}

function digestOf(model: FakeModel): string {
  return createHash('sha256').update(model.name).digest('hex');
}
