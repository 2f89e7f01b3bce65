/** What a server says of a model's weights. Nothing here is measured; what a server does not say is absent. */
export interface ModelFacts {
  readonly parameters?: number;
  /** On disk, which is about what the weights take in memory. */
  readonly bytes?: number;
  /** For example `Q4_K_M`. */
  readonly quantization?: string;
  readonly family?: string;
  /** Bytes of memory that each token of the window takes, with keys and values of 16 bits. */
  readonly cacheBytes?: number;
  /** False for a model that answers no questions, for example one that embeds. */
  readonly completes?: boolean;
}

/** `8.2B` → 8,200,000,000; undefined for what is no such number. */
export function parameterCount(text: string): number | undefined {
  const [, number = '', unit = ''] = /^\s*(\d{1,6}(?:\.\d{1,6})?)\s*([KMBT]?)\s*$/i.exec(text) ?? [];
  const count = Number.parseFloat(number) * (units[unit.toUpperCase()] ?? 1);
  return Number.isFinite(count) && count > 0 ? Math.round(count) : undefined;
}

const units: Readonly<Record<string, number>> = { K: 1e3, M: 1e6, B: 1e9, T: 1e12 };
