import { modulePath } from '../graph/modulePath.ts';

const libraryFolder =
  /(?:^|\/)(?:node_modules|site-packages|dist-packages|\.cargo\/registry|\.rustup|rustc\/[0-9a-f]{6,64}|go\/pkg\/mod|usr\/(?:lib|include|share|local\/go|local\/lib)|lib\/python[\d.]+|\.venv|venv|\.nvm|Library\/Frameworks|sysdeps|gems|\.m2|\.gradle|\.nuget)\//;
const libraryName =
  /^(?:node:|internal\/|<|\[|native code|bun:|deno:|ext:|(?:java|javax|jdk|sun|kotlin|scala|org\/junit|org\/gradle|com\/sun)\/)/;

/** A path as a frame writes it, with `/`, without what is not of the file: protocol, host, query. Linear in its length. */
export function cleanPath(written: string): string {
  let path = written.trim().replaceAll('\\', '/');
  path = path
    .replace(/^file:\/{2}(?=\/)/, '')
    .replace(/^\/(?=[A-Za-z]:\/)/, '')
    .replace(/^(?:webpack(?:-internal)?|vite|rollup|turbopack|app):\/{2,3}/, '')
    .replace(/^https?:\/\/[^/]{1,255}\//, '')
    .replace(/^\(\w{1,40}\)\//, '');
  const query = path.indexOf('?');
  if (query > 0) path = path.slice(0, query);
  return path.replace(/^\/?@fs\//, '/').replace(/^(?:\.\/)+/, '');
}

/** Of a package, a runtime or a standard library, by where it lies. */
export function isLibraryPath(path: string): boolean {
  return libraryName.test(path) || libraryFolder.test(path);
}

/**
 * The file of the repository that a path of some other machine means: the one that ends most like it. `candidates` are files that have its
 * name, with any extension: what runs is often built from another (`dist/cart.js`). Undefined where two fit as well.
 */
export function repositoryPath(written: string, candidates: readonly string[]): string | undefined {
  let chosen: string | undefined;
  let highest = 0;
  let tied = false;
  for (const candidate of candidates) {
    const alike = likeness(written, candidate);
    if (alike > highest) [chosen, highest, tied] = [candidate, alike, false];
    else if (alike === highest && alike > 0 && candidate !== chosen) tied = true;
  }
  return tied ? undefined : chosen;
}

/**
 * Parts from the end that are the same: an extension that differs costs half a part. Of files that end as well the better one is that of
 * which nothing is left over: `/app/src/cart.ts` is `src/cart.ts` rather than `tests/src/cart.ts`.
 */
function likeness(written: string, candidate: string): number {
  if (written === candidate) return Number.MAX_SAFE_INTEGER;
  const parts = candidate.split('/');
  const exact = sameEnd(written.split('/'), parts);
  if (exact > 0) return exact + (exact === parts.length ? 0.25 : 0);
  const modules = sameEnd(modulePath(written).split('/'), modulePath(candidate).split('/'));
  return modules === 0 || !isBuiltFrom(written, candidate) ? 0 : modules - 0.5;
}

const isBuiltFrom = (built: string, source: string): boolean =>
  /\.[cm]?jsx?$/.test(built) && /\.(?:[cm]?tsx?|jsx|vue|svelte|coffee)$/.test(source);

function sameEnd(one: readonly string[], other: readonly string[]): number {
  let same = 0;
  while (same < one.length && same < other.length && one.at(-1 - same) === other.at(-1 - same)) same += 1;
  return same;
}
