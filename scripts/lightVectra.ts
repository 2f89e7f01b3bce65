import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';
import { projectRoot } from './provision/projectPaths.ts';

/**
 * Of vectra a bundle takes the index of vectors alone. What else the library names when it is loaded (documents, other codecs and
 * storages, tokenizers, a language model) is put in its place as nothing: we give the index its storage and its codec.
 */
const home = join(projectRoot, 'node_modules/vectra/lib');
const left = new Set(['LocalDocument', 'storage', 'storage/index', 'codecs', 'codecs/index']);

export const lightVectra: Plugin = {
  name: 'light-vectra',
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: /.*/ }, ({ path, importer }) => {
      if (!importer.startsWith(home)) {
        return undefined;
      }
      const inside = path.startsWith('.')
        ? join(dirname(importer), path)
            .slice(home.length + 1)
            .replaceAll('\\', '/')
        : path;
      return left.has(inside) || inside.startsWith('wink-') ? { path: inside, namespace: 'left-out' } : undefined;
    });
    pluginBuild.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};' }));
  },
};
