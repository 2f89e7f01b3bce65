/** What packages for one platform carry above the universal one: the programs that run models, and the engine beside them. */
const platformFiles = ['dist/modelRunner.cjs', 'dist/embeddingThread.cjs', 'dist/models-*.cjs', 'dist/node_modules/**'];

/** The list of `.vscodeignore` for such a package, made of that of the universal one. */
export function withPlatformFiles(universal: string): string {
  return `${universal}${platformFiles.map((file) => `!${file}\n`).join('')}`;
}
