// `npm run eval:recall -- --repo D [options]`: does recall find the files that a change of the repository touched? Questions are messages
// of its own commits, without names of files; index and history end before the first of them.
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { usualOllamaHost } from '../../../src/protocol/embeddingModel.ts';
import type { EmbeddingSettings } from '../../../src/protocol/memory.ts';
import { judgeRepository } from './judgeRepository.ts';
import { reportTable } from './reportTable.ts';

const usage = `npm run eval:recall -- --repo DIRECTORY [options]: messages of commits -> files that they changed.
  --repo DIRECTORY     a git repository with at least some hundred commits
  --cases N            commits that are asked for, newest first (default: 60)
  --model EMBEDDER     the folder of a model for transformers.js, or ollama:NAME; without it nothing is searched by meaning.
                       A model that never learnt anything, as those that tests make, shows that all is wired, and nothing else.
  --ollama-host URL    default: ${usualOllamaHost}
  --made-vectors       ranks with lists that no model made as well, from chance to good: what vectors can do to the rest
  --json               the report as JSON
Times are those of a whole recall, whichever list of it counts; of the peers, those of the peer.`;

const ollamaPrefix = 'ollama:';

function embeddingOf(model: string | undefined, host: string): EmbeddingSettings {
  if (model === undefined) {
    return { by: 'none' };
  }
  return model.startsWith(ollamaPrefix)
    ? { by: 'ollama', host, model: model.slice(ollamaPrefix.length) }
    : { by: 'transformers', folder: resolve(model), name: basename(resolve(model)) };
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      repo: { type: 'string' },
      cases: { type: 'string', default: '60' },
      model: { type: 'string' },
      'ollama-host': { type: 'string', default: usualOllamaHost },
      'made-vectors': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help || values.repo === undefined) {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  const count = Number(values.cases);
  if (!Number.isInteger(count) || count < 1) {
    console.error(`--cases wants a whole number, not "${values.cases}".`);
    return 2;
  }
  const report = await judgeRepository({
    root: resolve(values.repo),
    count,
    embedding: embeddingOf(values.model, values['ollama-host']),
    madeVectors: values['made-vectors'],
  });
  console.log(values.json ? JSON.stringify(report, null, 2) : reportTable(report));
  return 0;
}

process.exitCode = await main();
