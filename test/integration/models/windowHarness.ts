import { setTimeout as delay } from 'node:timers/promises';
import { Emitter } from '../../../src/base/event.ts';
import { dialHost } from '../../../src/host/client/hostChannel.ts';
import { LentModels } from '../../../src/host/lentModels.ts';
import { hostProtocolVersion } from '../../../src/protocol/host.ts';
import { ModelConsent } from '../../../src/vscode/models/modelConsent.ts';
import { WindowLender } from '../../../src/vscode/models/windowLender.ts';
import { memory } from '../../fakes/editor/memory.ts';
import { MemoryModels } from '../../fakes/editor/memoryModels.ts';
import { RpcHarness } from '../host/rpcHarness.ts';

/** A window of the editor on a host's socket: the product's lender in front of models in memory. */
export interface FakeWindow {
  readonly models: MemoryModels;
  readonly consent: ModelConsent;
  readonly trust: { granted: boolean; readonly changed: Emitter<void> };
  /** Ends its connection, as a window that closes does. */
  close(): void;
}

/** A host's server on a real socket with the real registry of windows, and windows that connect to it. */
export class WindowHarness {
  readonly rpc = new RpcHarness();
  readonly lent = new LentModels(
    (milliseconds, signal) => delay(milliseconds, undefined, { signal }).catch(() => undefined),
    100,
  );
  private readonly windows: FakeWindow[] = [];

  async serve(): Promise<void> {
    this.rpc.service.addWindow = (window) => this.lent.add(window);
    await this.rpc.serve();
  }

  /** A window that has the model `acme/one-2026`, allowed unless said otherwise. */
  async window(options: WindowOptions = {}): Promise<FakeWindow> {
    const window = await openWindow(this.rpc.socket, options);
    this.windows.push(window);
    return window;
  }

  async close(): Promise<void> {
    this.windows.forEach((window) => window.close());
    await this.rpc.close();
  }
}

interface WindowOptions {
  readonly allowed?: boolean;
  readonly trusted?: boolean;
}

/** Opens a window on the socket of a host. */
export async function openWindow(
  socket: string,
  { allowed = true, trusted = true }: WindowOptions = {},
): Promise<FakeWindow> {
  const models = new MemoryModels();
  models.put(models.model());
  const consent = new ModelConsent(memory());
  await consent.set(models.model(), allowed);
  const trust = { granted: trusted, changed: new Emitter<void>() };
  const lender = new WindowLender({
    models,
    consent,
    trusted: () => trust.granted,
    onDidGrantTrust: trust.changed.event,
  });
  const channel = await dialHost(socket, lender);
  const greeting = { client: 'window', trace: false, lends: true, protocolVersion: hostProtocolVersion };
  const greeted = await channel?.request('initialize', greeting);
  if (channel === undefined || greeted?.ok !== true) {
    throw new Error('The window could not connect.');
  }
  return { models, consent, trust, close: () => channel.dispose() };
}
