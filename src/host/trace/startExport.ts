import { join } from 'node:path';
import type { Logger } from '../../base/logger.ts';
import type { TaskStore } from '../../core/tasks/taskStore.ts';
import { sha256 } from '../../node/tasks/sha256.ts';
import { TraceExporter } from '../../node/trace/otlp/traceExporter.ts';
import type { Environment, WorkspacePaths } from '../paths.ts';
import type { StateFeed } from '../stateFeed.ts';
import { otlpSettings } from './otlpSettings.ts';

/** Milliseconds that the end of the host waits for spans to be sent. */
const stopMs = 2_000;

/** Sends the traces of a workspace to where the user wants them; undefined where nobody asked for that. Ended by `stop`. */
export function startExport(
  options: {
    readonly paths: WorkspacePaths;
    readonly product: string;
    readonly logger: Logger;
    readonly environment: Environment;
  },
  tasks: TaskStore,
  feed: StateFeed,
): { stop(): Promise<void> } | undefined {
  const { paths, product, logger, environment } = options;
  const settings = otlpSettings(environment);
  if (!settings.ok) {
    logger.error(`Traces are not exported: ${settings.error.message}`);
    return undefined;
  }
  if (settings.value === undefined) {
    return undefined;
  }
  const { destination, content } = settings.value;
  const exporter = new TraceExporter({
    tasks,
    destination,
    content,
    cursors: join(paths.directory, 'otlp', sha256(destination.url).slice(0, 16)),
    source: { productVersion: product.replace(/^nightshift /, ''), workspace: paths.id },
    sha256,
    logger,
  });
  const listening = feed.onDidChange((delta) => {
    if (delta.kind === 'trace') {
      exporter.notice(delta.task);
    }
  });
  logger.info(`Traces are exported to ${new URL(destination.url).origin}${content ? ', with content' : ''}.`);
  return {
    stop: async () => {
      listening.dispose();
      await exporter.stop(stopMs);
    },
  };
}
