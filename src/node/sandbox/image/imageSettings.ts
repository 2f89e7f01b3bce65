import type { ImageEntry } from './imageEntry.ts';

/** Raised when the recipe changes, so that images of an older recipe are not taken for this one. */
export const recipeVersion = 2;
export const repositoryName = 'nightshift/base';
export const managedLabel = 'nightshift.managed';
export const contentLabel = 'nightshift.content';

/**
 * A copy of the dynamic loader that everybody may execute and nobody but root may read. Linux closes the memory and the
 * descriptors of a process started from such a file to all others of its user, so that no program in a box can speak as the guest.
 */
export const closedLoader = '/opt/nightshift/ld.so';
export const closedLoaderMode = 0o711;

const agentId = '10001';

/** The image's configuration, as Dockerfile instructions. Without `ENV PATH` gVisor finds no program at all. */
export function imageInstructions(key: string): readonly string[] {
  return [
    'ENV PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
    'ENV LANG=C.UTF-8',
    `USER ${agentId}:${agentId}`,
    'WORKDIR /workspace',
    // One label an instruction: Podman takes the rest of a line for the value of its first label.
    `LABEL ${managedLabel}=1`,
    `LABEL ${contentLabel}=${key}`,
  ];
}

/**
 * The files that are no copy of anything. `/workspace` carries its mode in the image because runc ignores the mode of
 * a tmpfs mounted over a folder that exists.
 */
export function settingEntries(): readonly ImageEntry[] {
  return [
    ...['dev', 'proc', 'sys', 'run', 'usr/bin', 'usr/sbin', 'usr/lib', 'usr/lib64'].map(
      (path) => ({ kind: 'directory', path, mode: 0o755 }) as const,
    ),
    ...['workspace', 'tmp', 'var/tmp'].map((path) => ({ kind: 'directory', path, mode: 0o1777 }) as const),
    ...['bin', 'sbin', 'lib', 'lib64'].map((path) => ({ kind: 'symlink', path, target: `usr/${path}` }) as const),
    text('etc/passwd', `root:x:0:0:root:/:/bin/sh\nagent:x:${agentId}:${agentId}:agent:/workspace:/bin/sh\n`),
    text('etc/group', `root:x:0:\nagent:x:${agentId}:\n`),
    text('etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n'),
    text(
      'etc/gitconfig',
      '[core]\n\thooksPath = /dev/null\n\tfsmonitor = false\n[safe]\n\tdirectory = *\n[init]\n\tdefaultBranch = main\n',
    ),
  ];
}

function text(path: string, content: string): ImageEntry {
  return { kind: 'text', path, mode: 0o644, text: content };
}
