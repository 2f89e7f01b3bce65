/** A file of a model at a hub. */
export interface ModelFile {
  /** Below the model; with `/`. */
  readonly path: string;
  readonly bytes?: number;
  /** Lower-case hexadecimal. Where none is pinned, that of the first download is remembered, and holds from then on. */
  readonly sha256?: string;
  /** Some models have it; without it a download is as good. */
  readonly optional?: boolean;
}

export interface ModelManifest {
  /** `ORG/NAME` */
  readonly name: string;
  /** Branch, tag or commit at the hub. */
  readonly revision: string;
  readonly files: readonly ModelFile[];
}

/** What is fetched of a model that was exported for transformers.js: what a text model needs, and what says how it is used. */
export function embeddingManifest(name: string, revision = 'main'): ModelManifest {
  const needed = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model_quantized.onnx'];
  const optional = [
    'modules.json',
    '1_Pooling/config.json',
    'config_sentence_transformers.json',
    'sentence_bert_config.json',
  ];
  return {
    name,
    revision,
    files: [...needed.map((path) => ({ path })), ...optional.map((path) => ({ path, optional: true }))],
  };
}

/** Whether a name is `ORG/NAME` or `NAME`, and stays a folder below its place on every file system. */
export function isModelName(name: string): boolean {
  const segments = name.split('/');
  return (
    segments.length <= 2 && segments.every((segment) => /^[\w-][\w.-]{0,95}$/.test(segment) && !segment.endsWith('.'))
  );
}
