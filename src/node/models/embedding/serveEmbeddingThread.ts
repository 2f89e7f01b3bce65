import { parentPort } from 'node:worker_threads';
import { Serializer } from '../../../base/async.ts';
import { errorText } from '../../../base/failure.ts';
import type { LoadedEmbedder } from './loadedEmbedder.ts';
import { type ThreadOrder, threadOrderSchema, type ThreadReport } from '../../../protocol/embeddingThread.ts';

/**
 * The life of a thread that holds one embedding model. Inference is synchronous native code: here it holds up nobody but itself.
 */
export function serveEmbeddingThread(): void {
  const port = parentPort;
  if (port === null) {
    throw new Error('This program is a thread of the indexer and runs nowhere else.');
  }
  const orders = new Serializer();
  const seat = new EmbedderSeat();
  port.on('message', (raw) => {
    const order = threadOrderSchema.parse(raw);
    void orders.run(async () => port.postMessage(await seat.answer(order)));
  });
}

class EmbedderSeat {
  private loaded: LoadedEmbedder | undefined;

  async answer(order: ThreadOrder): Promise<ThreadReport> {
    const { id } = order;
    const library = await loadLibrary();
    if (typeof library === 'string') {
      return { type: 'failed', id, reason: 'no-engine', message: library };
    }
    try {
      if (order.type === 'load') {
        this.loaded = await library.loadEmbedder(order);
        return { type: 'loaded', id };
      }
      if (this.loaded === undefined) {
        return { type: 'failed', id, reason: 'broken', message: 'no model is loaded' };
      }
      return { type: 'embedded', id, vector: await library.embedText(this.loaded, order.text) };
    } catch (error) {
      const reason = order.type === 'load' ? 'broken' : 'text';
      return { type: 'failed', id, reason, message: errorText(error) };
    }
  }
}

/** Loaded with the first order, so that a build without its native part can say so: the answer is then why. */
async function loadLibrary() {
  try {
    const { embedText, loadEmbedder } = await import('./loadedEmbedder.ts');
    const { takeNetworkAway } = await import('../transformers/takeNetworkAway.ts');
    takeNetworkAway();
    return { embedText, loadEmbedder };
  } catch (error) {
    return errorText(error).replace(/ Require stack:.*/, '');
  }
}
