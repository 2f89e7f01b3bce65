/** What clients name before a person chooses an embedding model for the memory. */

/** Where models are fetched from when the user names no other place. */
export const defaultHub = 'https://huggingface.co';

export const defaultEmbeddingModel = 'Xenova/bge-small-en-v1.5';

/** Bytes of a download of it, roughly, for people who decide whether to fetch it. */
export const defaultEmbeddingBytes = 35_000_000;

/** Where Ollama is when neither a setting nor its own variable says so. */
export const usualOllamaHost = 'http://127.0.0.1:11434';
