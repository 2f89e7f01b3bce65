import { runProcess } from './cli/processIo.ts';

void runProcess();
