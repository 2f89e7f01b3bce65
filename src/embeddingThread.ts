import { serveEmbeddingThread } from './node/models/embedding/serveEmbeddingThread.ts';

serveEmbeddingThread();
