import type { RemoteCommand } from '#storage-nodes';

/** A remedy before its commands are written for a shell. */
export interface Steps {
  /** One sentence. */
  readonly advice: string;
  readonly commands: readonly RemoteCommand[];
}

/** Where no command helps. */
export const none = (advice: string): Steps => ({ advice, commands: [] });
