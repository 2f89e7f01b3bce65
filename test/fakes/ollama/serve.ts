import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startFakeOllama } from './fakeOllama.ts';
import { fakeScriptSchema, serverPathSchema } from './fakeTurn.ts';

/**
 * `node test/fakes/ollama/serve.ts --script FILE [--port N] [--model NAME] [--path native|rendered] [--load-ms N]`
 *
 * The fake as a process of its own. The first line on stdout is its URL. Ends on SIGTERM or SIGINT; what clients did wrong is on
 * stderr then, and the exit code is 1.
 */
const { values } = parseArgs({
  options: {
    script: { type: 'string' },
    port: { type: 'string', default: '0' },
    model: { type: 'string', default: 'scripted:latest' },
    path: { type: 'string', default: 'native' },
    'load-ms': { type: 'string', default: '0' },
  },
});
if (values.script === undefined) {
  process.stderr.write('Which script? Give one with --script FILE.\n');
  process.exit(2);
}
const script = fakeScriptSchema.parse(JSON.parse(readFileSync(values.script, 'utf8')));
const fake = await startFakeOllama({
  script: script.turns,
  path: serverPathSchema.parse(values.path),
  models: [
    {
      name: values.model,
      ...(script.contextTokens === undefined ? {} : { contextLength: script.contextTokens }),
    },
  ],
  port: Number(values.port),
  loadMs: Number(values['load-ms']),
});
process.stdout.write(`${fake.url}\n`);

async function stop(): Promise<void> {
  await fake.close();
  for (const violation of fake.violations) {
    process.stderr.write(`violation: ${violation}\n`);
  }
  process.exit(fake.violations.length === 0 ? 0 : 1);
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void stop());
}
