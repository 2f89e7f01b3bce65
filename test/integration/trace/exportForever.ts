import { testProtection } from '../../fakes/traceProtection.ts';
import { FileTaskStore } from '../../../src/node/tasks/fileTaskStore.ts';
import { sha256 } from '../../../src/node/tasks/sha256.ts';
import { TraceExporter } from '../../../src/node/trace/otlp/traceExporter.ts';
import { streamLogger } from '../../../src/host/streamLogger.ts';

/** Runs as a process of its own until it is killed: exports the tasks of a folder. */
const [root = '', url = ''] = process.argv.slice(2);
const exporter = new TraceExporter({
  tasks: new FileTaskStore({ directory: `${root}/tasks`, heads: `${root}/heads`, protection: testProtection() }),
  destination: { url: `${url}/v1/traces`, headers: {}, compress: false },
  cursors: `${root}/cursors`,
  source: { productVersion: '1.0.0', workspace: 'ab'.repeat(8) },
  content: false,
  sha256,
  logger: streamLogger(process.stderr),
});
setInterval(() => exporter.notice('task-0'), 60_000);
