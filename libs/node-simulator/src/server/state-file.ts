import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { WorldState } from '../model/world.js';
import type { KeyPair } from './keys.js';

/** What outlives the process: the nodes and the keys that clients have pinned. */
export interface SavedState {
  readonly format: 1;
  readonly port: number;
  readonly clientKey: KeyPair | null;
  readonly hostKeys: Readonly<Record<string, KeyPair>>;
  readonly world: WorldState;
}

/** The saved state, or null where there is none. @throws Error where the file is not one of ours */
export function loadState(path: string): SavedState | null {
  if (!existsSync(path)) return null;
  const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (!isSavedState(parsed)) throw new Error(`${path} is no state of simulated nodes`);
  return parsed;
}

/** Writes only what has changed. The rename makes a crash leave the old state or the new one; 0600: host keys are in it. */
export class StateFile {
  private written = '';

  constructor(private readonly path: string) {}

  save(state: SavedState): void {
    const text = JSON.stringify(state);
    if (text === this.written) return;
    const next = `${this.path}.next`;
    writeFileSync(next, text, { mode: 0o600 });
    renameSync(next, this.path);
    this.written = text;
  }
}

function isSavedState(value: unknown): value is SavedState {
  return typeof value === 'object' && value !== null && 'format' in value && value.format === 1 && 'world' in value;
}
