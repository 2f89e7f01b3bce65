import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { fileEntry, folderEntries } from './folderEntries.ts';
import { busyboxApplets, extensionModules, type HostPieces } from './hostPieces.ts';
import { completeTree, type ImageEntry, imagePath } from './imageEntry.ts';
import { closedLoader, closedLoaderMode, recipeVersion, settingEntries } from './imageSettings.ts';
import { sharedLibraries } from './sharedLibraries.ts';

/** What goes into an assembled image, and the key under which an equal one is found again. */
export interface ImageRecipe {
  readonly key: string;
  readonly pieces: HostPieces;
  readonly libraries: readonly string[];
}

/** Git's programs for networks, mail and foreign systems: an agent has no network, and they would triple the libraries. */
const networkedGit =
  /^git-(remote|http|imap|daemon|shell|send-email|cvs|svn|p4|archimport|instaweb|credential|request-pull)|^scalar$/;

/**
 * Reads what decides the image's content without copying anything (about 0.3 s, nearly all of it `ldd`).
 * Node and npm are told by their versions, as each installation has other file times; files of the system's packages by
 * size and time, which a package update changes.
 */
export async function planRecipe(pieces: HostPieces, signal: AbortSignal): Promise<ImageRecipe> {
  const modules = await extensionModules(join(pieces.python.library, 'lib-dynload'));
  const programs = [pieces.git.path, pieces.ripgrep, pieces.bash, pieces.busybox, pieces.python.path];
  const libraries = await sharedLibraries([pieces.node.path, ...programs, ...modules], signal);
  const files = [...programs, ...modules, ...libraries].toSorted();
  const identities = await Promise.all(
    files.map(async (path) => {
      const { size, mtimeMs } = await stat(path);
      return [path, size, Math.floor(mtimeMs / 1000)];
    }),
  );
  const content = JSON.stringify([recipeVersion, process.arch, pieces.node.version, pieces.npm?.version, identities]);
  return { key: createHash('sha256').update(content).digest('hex').slice(0, 16), pieces, libraries };
}

/** Every member of the image, in the order of the archive. */
export async function recipeEntries(recipe: ImageRecipe): Promise<readonly ImageEntry[]> {
  const { node, npm, python, git, ripgrep, bash, busybox } = recipe.pieces;
  const applets = await busyboxApplets(busybox);
  const links: readonly ImageEntry[] = [
    ...applets.map((name) => ({ kind: 'symlink', path: `usr/bin/${name}`, target: 'busybox' }) as const),
    { kind: 'symlink', path: 'usr/bin/python3', target: basename(python.path) },
    { kind: 'symlink', path: 'usr/bin/python', target: 'python3' },
  ];
  const programs = await Promise.all([
    fileEntry(node.path, { at: 'usr/local/bin/node' }),
    fileEntry(python.path),
    fileEntry(git.path, { at: 'usr/bin/git' }),
    fileEntry(ripgrep, { at: 'usr/bin/rg' }),
    fileEntry(bash, { at: 'usr/bin/bash' }),
    fileEntry(busybox, { at: 'usr/bin/busybox' }),
    ...recipe.libraries.map((path) => fileEntry(path)),
  ]);
  const folders = await Promise.all([
    gitEntries(git.core),
    folderEntries(python.library, { skip: (path) => path.startsWith('config-'), keepTimes: true }),
    optionalFolder('/usr/share/git-core/templates', (path) => path === 'hooks'),
    optionalFolder('/usr/share/zoneinfo', (path) => path === 'right' || path === 'posix'),
    optionalFolder('/usr/lib/locale/C.utf8'),
    optionalFolder('/usr/lib/terminfo'),
  ]);
  const npmFiles = npm === undefined ? [] : await npmEntries(npm.folder);
  // A program of its own wins over the applet of the same name.
  const loader = await closedLoaderEntries(recipe.libraries);
  return completeTree([...links, ...folders.flat(), ...npmFiles, ...programs, ...loader, ...settingEntries()]);
}

/** None where this machine's programs need no loader; the guest then says that it is open. */
async function closedLoaderEntries(libraries: readonly string[]): Promise<ImageEntry[]> {
  const loader = libraries.find((path) => /^ld-(?:linux|musl)/.test(basename(path)));
  return loader === undefined
    ? []
    : [{ ...(await fileEntry(loader, { at: imagePath(closedLoader) })), mode: closedLoaderMode }];
}

async function gitEntries(core: string): Promise<ImageEntry[]> {
  const entries = await folderEntries(core, { skip: (path) => networkedGit.test(path) });
  // Debian installs the same 4 MB program a second time there.
  return [...entries, { kind: 'symlink', path: imagePath(join(core, 'git')), target: '/usr/bin/git' }];
}

async function npmEntries(folder: string): Promise<ImageEntry[]> {
  const at = 'usr/local/lib/node_modules/npm';
  const entries = await folderEntries(folder, { at, skip: (path) => path === 'docs' || path === 'man' });
  return [
    ...entries,
    { kind: 'symlink', path: 'usr/local/bin/npm', target: '../lib/node_modules/npm/bin/npm-cli.js' },
    { kind: 'symlink', path: 'usr/local/bin/npx', target: '../lib/node_modules/npm/bin/npx-cli.js' },
  ];
}

async function optionalFolder(folder: string, skip: (path: string) => boolean = () => false): Promise<ImageEntry[]> {
  try {
    await stat(folder);
  } catch {
    return [];
  }
  return folderEntries(folder, { skip });
}
