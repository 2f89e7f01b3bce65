import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { copyModelEngine, isPackageTarget } from '../../../../scripts/package/modelEngine.ts';
import { never, TinyEmbedders, vectorsOf } from './tinyEmbedder.ts';

const project = fileURLToPath(new URL('../../../..', import.meta.url));
const target = `${process.platform}-${process.arch}`;
const tiny = new TinyEmbedders();

afterEach(() => tiny.close());

it.skipIf(!isPackageTarget(target))(
  'an embedding model runs from a package that has nothing but its bundle and the engine of this platform',
  async () => {
    const packed = join(await tiny.folder(), 'dist');
    execFileSync(process.execPath, ['esbuild.mjs', packed], { cwd: project, stdio: ['ignore', 'ignore', 'pipe'] });
    const folder = await tiny.folder();
    const script = join(packed, 'embeddingThread.cjs');
    const bare = await tiny.tryOpen(folder, { script });
    const refused = bare.ok ? await bare.value.embed(['a text'], 'passage', never) : bare;
    expect(refused).toMatchObject({ ok: false, error: { reason: 'model-unusable' } });
    expect(refused.ok ? '' : refused.error.message).toContain('runs no embedding models of its own');

    if (isPackageTarget(target)) {
      await copyModelEngine(packed, target);
    }
    const whole = await tiny.tryOpen(folder, { script });
    const fromSources = await tiny.tryOpen(folder);
    if (!whole.ok || !fromSources.ok) {
      throw new Error('They should open.');
    }
    expect(await vectorsOf(whole.value, ['a text'])).toEqual(await vectorsOf(fromSources.value, ['a text']));
  },
);
