const source = /(?<!\.gradle)\.(?:[cm]?[jt]sx?|pyi?|go|rs|java|kts?|c|h|cc|cpp|hpp|cs|rb|php|swift|scala|vue|svelte)$/i;

/** What a person would edit to change what a program does, tests among it. By names alone: what is asked does not judge itself. */
export function isSource(path: string): boolean {
  return source.test(path);
}
