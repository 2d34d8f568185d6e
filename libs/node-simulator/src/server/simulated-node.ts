import { mountAll } from '../programs/mounts.js';
import type { IdSource } from '../programs/program.js';
import { FaultPlan } from '../faults/fault-plan.js';
import { fenceMarks, type FenceMarks } from '../fence/fence-memory.js';
import { NodeFence } from '../fence/node-fence.js';
import { snapshotNode, type NodeSnapshot } from '../model/snapshot.js';
import type { NodeState, WorldState } from '../model/world.js';
import { CommandRunner, type FenceNote, type Outcome, type RunnerSettings } from './command-runner.js';
import { fingerprintOf, generateKeyPair, parseKey, type KeyPair } from './keys.js';
import { SshListener } from './ssh-listener.js';
import type { VolumeLocks } from './volume-locks.js';

export interface CommandLogEntry {
  readonly at: Date;
  /** As it would be without a fence. */
  readonly line: string;
  /** null: the line has nothing to do with the fence. Where it has not `passed`, the command did not run. */
  readonly fence: FenceNote | null;
  /** null: the connection broke, so the caller got none. */
  readonly exitCode: number | null;
  readonly durationMs: number;
}

export interface HostKey {
  readonly algorithm: string;
  /** base64, as in known_hosts. */
  readonly publicKey: string;
  readonly fingerprint: string;
}

export interface NodeParts {
  readonly world: WorldState;
  readonly state: NodeState;
  readonly hostKey: KeyPair;
  readonly clientPublicKey: string;
  readonly settings: RunnerSettings & { readonly minimumXfsKiB: number };
  readonly ids: IdSource;
  /** Shared by all nodes. */
  readonly locks: VolumeLocks;
  readonly changed: () => void;
}

/** The demo runs for days: the log keeps what a person may still want to see. */
const LOG_LIMIT = 20_000;

/** One storage node: its model, its SSH server, and the ways in which a test can make it suffer. */
export class SimulatedNode {
  readonly faults = new FaultPlan();
  /** Every command that has ended, oldest first. */
  readonly commands: CommandLogEntry[] = [];
  private readonly nodeFence: NodeFence;
  private readonly listener: SshListener;
  private readonly runner: CommandRunner;
  private keys: KeyPair;
  private port = 0;
  private down = false;
  private powerCuts = 0;

  constructor(private readonly parts: NodeParts) {
    this.keys = parts.hostKey;
    this.nodeFence = new NodeFence(parts.state, parts.settings.timeScale);
    this.runner = new CommandRunner(parts.settings, {
      context: (stdin, interrupted) => ({
        world: parts.world,
        node: parts.state,
        ids: parts.ids,
        minimumXfsKiB: parts.settings.minimumXfsKiB,
        stdin,
        interrupted,
      }),
      powerCuts: () => this.powerCuts,
      changed: parts.changed,
      faults: this.faults,
      locks: parts.locks,
      fence: this.nodeFence,
    });
    this.listener = new SshListener(this.keys.privateKey, parseKey(parts.clientPublicKey), (user, line, stdin, gone) =>
      this.exec(user, line, stdin, gone),
    );
  }

  get name(): string {
    return this.parts.state.name;
  }

  get manageHost(): string {
    return this.parts.state.manageHost;
  }

  get storageHost(): string {
    return this.parts.state.storageHost;
  }

  get devices(): readonly { readonly path: string; readonly sizeKiB: number }[] {
    return this.parts.state.devices.map(({ path, sizeKiB }) => ({ path, sizeKiB }));
  }

  get hostKey(): HostKey {
    const key = parseKey(this.keys.publicKey);
    return { algorithm: key.type, publicKey: key.getPublicSSH().toString('base64'), fingerprint: fingerprintOf(key) };
  }

  /** For the state file. */
  get hostKeyPair(): KeyPair {
    return this.keys;
  }

  snapshot(): NodeSnapshot {
    return snapshotNode(this.parts.world, this.parts.state);
  }

  /** Whose node it is and what epochs it has seen: no part of the snapshot, since no operation takes it away again. */
  get fence(): FenceMarks & { readonly running: readonly string[] } {
    const running = this.nodeFence.running.map(({ program }) => program);
    return { ...fenceMarks(this.parts.state), running };
  }

  /** Changes the node behind everybody's back: a lost fstab line, a foreign filesystem on a disk. */
  alter(change: (state: NodeState, world: WorldState) => void): void {
    change(this.parts.state, this.parts.world);
    this.parts.changed();
  }

  /** @returns the port it listens on. @throws where the address cannot be had */
  async listen(port: number): Promise<number> {
    this.port = await this.listener.listen(this.manageHost, port);
    return this.port;
  }

  /** Power off (open connections break, new ones are refused, running commands have no effect) and on again. */
  async setDown(down: boolean): Promise<void> {
    if (down === this.down) return;
    this.down = down;
    if (down) {
      this.powerCuts += 1;
      this.nodeFence.powerCut();
      await this.setPartitioned(true);
      return;
    }
    this.parts.state.mounts = [];
    mountAll(this.parts.state);
    await this.setPartitioned(false);
  }

  /** Cuts the node off from clients and peers; it runs on, and so does what was sent to it. */
  async setPartitioned(partitioned: boolean): Promise<void> {
    if (this.parts.state.reachable === !partitioned) return;
    this.alter((state) => (state.reachable = !partitioned));
    if (partitioned) await this.listener.close();
    else await this.listener.listen(this.manageHost, this.port);
  }

  /** Power cut and boot: mounts come back as fstab has them. */
  async reboot(): Promise<void> {
    await this.setDown(true);
    await this.setDown(false);
  }

  setGlusterdRunning(running: boolean): void {
    this.alter((state) => (state.glusterdRunning = running));
  }

  /** The node was reinstalled, or somebody else answers at its address: connections from now on see a new key. */
  rotateHostKey(): HostKey {
    this.keys = generateKeyPair(this.name);
    this.listener.hostKey = this.keys.privateKey;
    this.parts.changed();
    return this.hostKey;
  }

  async close(): Promise<void> {
    await this.listener.close();
    this.faults.clear();
  }

  private async exec(user: string, sent: string, stdin: () => Promise<string>, gone: AbortSignal): Promise<Outcome> {
    const at = new Date();
    const { outcome, line, fence } = await this.runner.run(user, sent, stdin, gone);
    const exitCode = typeof outcome === 'string' ? null : outcome.exitCode;
    this.commands.push({ at, line, fence, exitCode, durationMs: Date.now() - at.getTime() });
    if (this.commands.length > LOG_LIMIT) this.commands.shift();
    return outcome;
  }
}
