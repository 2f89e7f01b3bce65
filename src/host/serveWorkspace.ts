import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { errorText } from '../base/failure.ts';
import { takeKeyOut } from './modelKeys.ts';
import { openWorkspace } from './openWorkspace.ts';
import { workspacePaths } from './paths.ts';
import { serveHost } from './rpc/serveHost.ts';
import { streamLogger } from './streamLogger.ts';

const manifestSchema = z.object({ version: z.string() });

/**
 * The life of an agent host process: `--workspace <root>`. `bundles` is the folder it was started from; the product's manifest
 * and media lie beside it. Sets the exit code; ends on SIGTERM and SIGINT with every task kept.
 */
export async function serveWorkspace(args: readonly string[], bundles: string): Promise<void> {
  const logger = streamLogger(process.stderr);
  process.on('uncaughtException', (error) => {
    logger.error(`Uncaught: ${error.stack ?? error.message}`);
    process.exit(1);
  });
  const environment = takeKeyOut(process.env);
  const controller = new AbortController();
  process.on('SIGTERM', () => controller.abort());
  process.on('SIGINT', () => controller.abort());
  try {
    const { values } = parseArgs({ args: [...args], options: { workspace: { type: 'string' } } });
    if (values.workspace === undefined) {
      throw new Error('The agent host needs --workspace <root of a repository>.');
    }
    const installation = join(bundles, '..');
    const product = `nightshift ${readVersion(join(installation, 'package.json'))}`;
    const paths = workspacePaths(values.workspace);
    const media = join(installation, 'media');
    const served = await serveHost({
      paths,
      product,
      logger,
      environment,
      signal: controller.signal,
      open: () => openWorkspace({ paths, product, logger, bundles, media, environment }),
    });
    if (!served.ok) {
      logger.error(served.error.message);
      process.exitCode = 1;
    }
  } catch (error) {
    logger.error(errorText(error));
    process.exitCode = 1;
  }
}

function readVersion(manifest: string): string {
  return manifestSchema.parse(JSON.parse(readFileSync(manifest, 'utf8'))).version;
}
