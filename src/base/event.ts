import type { Disposable } from './lifecycle.ts';

export type Listener<T> = (value: T) => void;

/** Subscribing returns the subscription; ending it is the subscriber's duty. */
export type Event<T> = (listener: Listener<T>) => Disposable;

/** Announces values to its listeners in order of subscription. A listener that throws does not stop the others. */
export class Emitter<T> implements Disposable {
  private readonly listeners = new Set<Listener<T>>();
  private readonly onListenerError: (error: unknown) => void;

  constructor(onListenerError: (error: unknown) => void = () => undefined) {
    this.onListenerError = onListenerError;
  }

  readonly event: Event<T> = (listener) => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };

  fire(value: T): void {
    for (const listener of this.listeners) {
      try {
        listener(value);
      } catch (error) {
        this.onListenerError(error);
      }
    }
  }

  dispose(): void {
    this.listeners.clear();
  }
}
