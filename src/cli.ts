#!/usr/bin/env node
import { runProcess } from './cli/processIo.ts';

void runProcess();
