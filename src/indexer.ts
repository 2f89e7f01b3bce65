import { serveIndexer } from './indexer/serveIndexer.ts';

serveIndexer(__dirname);
