import { serveModelRunner } from './node/models/transformers/serveModelRunner.ts';

serveModelRunner();
