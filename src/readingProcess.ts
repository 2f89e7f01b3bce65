import { join } from 'node:path';
import { serveReading } from './node/memory/treeSitter/serveReading.ts';

serveReading(join(__dirname, 'grammars'));
