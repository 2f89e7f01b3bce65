import {
  folderOf,
  isPathEnd,
  lastParts,
  modulePath,
  sharedFolders,
  withoutExtension,
  withoutScriptExtension,
} from './modulePath.ts';

/** Where something that a file names may be found, before it is known whether that is there. */
export interface Want {
  /**
   * `module`: at this path from the root, with any extension or with exactly this one; `end`: at a path that ends so;
   * `folder`: all files in a folder whose path is, or ends with, this; `namespace`: all files that declare it; `pair`: what a
   * test of this name tests.
   */
  readonly by: 'module' | 'end' | 'folder' | 'namespace' | 'pair';
  readonly value: string;
  /** Wants of one group stand for each other, the first that leads anywhere holds; each group leads somewhere by itself. */
  readonly group: number;
}

/** What of a file answers wants. */
export interface Offer {
  readonly path: string;
  readonly family: string;
  readonly test: boolean;
}

/** Under a folder or namespace that is larger, an import says nothing of its files. */
const longestFolder = 64;

/** Keys under which files and wants find each other. */
export function wantKey({ by, value }: Want): string {
  if (by === 'namespace') return `x:${value}`;
  if (by === 'folder') return `f:${lastParts(value, 2)}`;
  if (by === 'pair') return `n:${value}`;
  const module = modulePath(value);
  return by === 'module' ? `m:${module}` : endKey(module);
}

const endKey = (module: string): string => (module.includes('/') ? `t:${lastParts(module, 2)}` : `n:${module}`);

/** The keys that a file answers; those of namespaces come from its symbols. */
export function offeredKeys(path: string, namespaces: readonly string[]): readonly string[] {
  const module = modulePath(path);
  const bare = withoutExtension(path);
  const shorter = modulePath(module);
  return [
    `m:${module}`,
    // A file that stands for its folder can be named by itself as well.
    ...(bare === module ? [] : [`m:${bare}`]),
    // `./cart.service` may have an extension or a name with a dot.
    ...(shorter === module ? [] : [`m:${shorter}`]),
    ...(module.includes('/') ? [`t:${lastParts(module, 2)}`] : []),
    `n:${lastParts(module, 1)}`,
    `f:${lastParts(folderOf(path), 2)}`,
    ...namespaces.map((namespace) => `x:${namespace}`),
  ];
}

/**
 * The files that a want leads to, out of those that answer its key. Depends on nothing but its arguments, not even on their
 * order: so an index that grew file by file is the one that is built at once.
 */
export function chooseTargets(want: Want, importer: Offer, candidates: readonly Offer[]): readonly string[] {
  const others = candidates.filter(({ path }) => path !== importer.path);
  if (want.by === 'pair') return choosePair(want.value, importer, others);
  const alike = others.filter(({ family }) => importer.family === '' || family === importer.family);
  switch (want.by) {
    case 'module':
      return best(
        alike.filter(({ path }) => isModule(path, want.value)),
        (offer) => moduleRank(offer.path, want.value, importer.path),
      );
    case 'end':
      return chooseEnd(want.value, importer, alike);
    case 'folder': {
      const inside = alike.filter(({ path, test }) => !test && isPathEnd(folderOf(path), want.value));
      const exact = inside.filter(({ path }) => folderOf(path) === want.value);
      return all(exact.length > 0 ? exact : inside);
    }
    default:
      return all(alike);
  }
}

const isModule = (path: string, value: string): boolean =>
  path === value || modulePath(path) === value || withoutExtension(path) === value || sameScript(path, value);

/** `./cart.js` is written for `cart.ts`. */
function sameScript(path: string, value: string): boolean {
  const bare = withoutScriptExtension(value);
  return bare !== value && withoutExtension(path) === bare;
}

const extensionOrder = ['.ts', '.tsx', '.mts', '.cts', '.d.ts', '.js', '.jsx', '.mjs', '.cjs', '.vue', '.svelte'];

/** Lower is better: the very path, the importer's own extension, then as resolvers look. */
function moduleRank(path: string, value: string, importer: string): number {
  if (path === value) return 0;
  const extension = path.slice(withoutExtension(path).length);
  if (importer.endsWith(extension)) return 1;
  const order = extensionOrder.indexOf(extension);
  return order === -1 ? 99 : 2 + order;
}

/** A name of one part is only that of a file near by or at a root: `json` is rarely the `json.py` of some example. */
function chooseEnd(value: string, importer: Offer, candidates: readonly Offer[]): readonly string[] {
  const fitting = candidates.filter(({ path }) => isPathEnd(path, value) || isPathEnd(modulePath(path), value));
  const near = value.includes('/')
    ? fitting
    : fitting.filter(({ path }) => {
        const folder = folderOf(path);
        return /^(?:|src|lib|python|include)$/.test(folder) || `${folderOf(importer.path)}/`.startsWith(`${folder}/`);
      });
  return best(near, ({ path }) => -1_000 * sharedFolders(path, importer.path) + path.split('/').length);
}

const testFolders = /^(?:tests?|__tests__|spec|specs|unit|integration|e2e|testing)$/i;

function choosePair(value: string, importer: Offer, candidates: readonly Offer[]): readonly string[] {
  const family = importer.family;
  const subjects = candidates.filter(
    (offer) => !offer.test && offer.family === family && modulePath(offer.path).endsWith(value),
  );
  const folders = folderOf(importer.path)
    .split('/')
    .filter((part) => part !== '' && !testFolders.test(part));
  const rank = ({ path }: Offer): number => {
    if (folderOf(path) === folderOf(importer.path)) return -1_000;
    const own = new Set(folderOf(path).split('/'));
    return -folders.filter((folder) => own.has(folder)).length;
  };
  const lowest = Math.min(...subjects.map(rank));
  const chosen = subjects.filter((subject) => rank(subject) === lowest);
  // Several of that name, none of them near: the name alone says nothing.
  return chosen.length > 1 ? [] : chosen.map(({ path }) => path);
}

function best(offers: readonly Offer[], rank: (offer: Offer) => number): readonly string[] {
  const first = offers.toSorted((one, other) => rank(one) - rank(other) || (one.path < other.path ? -1 : 1))[0];
  return first === undefined ? [] : [first.path];
}

function all(offers: readonly Offer[]): readonly string[] {
  const paths = [...new Set(offers.map(({ path }) => path))].toSorted();
  return paths.length > longestFolder ? [] : paths;
}
