import type { SandboxSpec } from '../sandbox/sandboxSpec.ts';
import { nodeCommand } from '../sandbox/toolbox.ts';
import { dependencyFolder, setupOutput, setupRepository } from './setupSteps.ts';

/**
 * Commands that our own code runs in a box with Node: `-e` and a program without a word of a repository in it. Folders are real
 * ones with links in them, so that tools may still write beside the packages (`node_modules/.cache`).
 */
const linker = `
const fs = require('node:fs'), path = require('node:path');
const from = '${dependencyFolder}/repo', to = '${setupRepository}';
const kind = (file) => fs.lstatSync(file, { throwIfNoEntry: false });
const isFolder = (file) => kind(file)?.isDirectory() === true;
const isReal = (folder) => folder === to || (isFolder(folder) && isReal(path.dirname(folder)));
function link(source, target, scopes) {
  if (kind(target) === undefined) fs.mkdirSync(target);
  if (!isFolder(target)) return;
  for (const entry of fs.readdirSync(source, { withFileTypes: true })) {
    const one = path.join(source, entry.name), other = path.join(target, entry.name);
    if (scopes && entry.name.startsWith('@') && entry.isDirectory()) link(one, other, false);
    else if (kind(other) === undefined) fs.symlinkSync(entry.isSymbolicLink() ? fs.readlinkSync(one) : one, other);
  }
}
function walk(folder) {
  for (const entry of fs.existsSync(folder) ? fs.readdirSync(folder, { withFileTypes: true }) : []) {
    if (!entry.isDirectory()) continue;
    const here = path.join(folder, entry.name);
    if (entry.name !== 'node_modules') { walk(here); continue; }
    const parent = path.join(to, path.relative(from, folder));
    if (isReal(parent)) link(here, path.join(parent, entry.name), true);
  }
}
walk(from);
`;

const collector = `
const fs = require('node:fs'), path = require('node:path');
const from = '${setupRepository}', to = '${setupOutput}/repo';
function walk(folder, depth) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const here = path.join(folder, entry.name);
    if (entry.name !== 'node_modules') { if (depth < 10) walk(here, depth + 1); continue; }
    const target = path.join(to, path.relative(from, here));
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.renameSync(here, target);
  }
}
fs.mkdirSync(to, { recursive: true });
walk(from, 0);
`;

/** Links what setup installed for Node into the tree of a box: what the tree has itself stays. */
export function linkDependencies(spec: SandboxSpec): string[] {
  return [...nodeCommand(spec), '-e', linker];
}

/** Gathers, where setup ran, every `node_modules` that it made into the folder that becomes the image's. */
export function collectDependencies(spec: SandboxSpec): string[] {
  return [...nodeCommand(spec), '-e', collector];
}
