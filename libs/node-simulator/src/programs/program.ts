import type { NodeState, WorldState } from '../model/world.js';

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Names that the programs make up: uuids of LVM and of Gluster. */
export interface IdSource {
  /** RFC 4122, as Gluster prints them. */
  uuid(): string;
  /** `xxxxxx-xxxx-xxxx-xxxx-xxxx-xxxx-xxxxxx`, as LVM prints them. */
  lvmUuid(): string;
}

export interface ProgramContext {
  readonly world: WorldState;
  readonly node: NodeState;
  readonly stdin: string;
  readonly ids: IdSource;
  /** mkfs.xfs refuses anything smaller, as xfsprogs 5.19 and later do below 300 MiB. */
  readonly minimumXfsKiB: number;
  /** The program is killed half way: what takes several writes stops after the first of them. */
  readonly interrupted: boolean;
}

/**
 * A program of a node. Either changes the world and answers, or throws CommandRefusal before it has changed anything.
 */
export type Program = (context: ProgramContext, args: readonly string[]) => CommandResult;

/** The program says no, in the words of the real one. */
export class CommandRefusal extends Error {
  constructor(
    readonly exitCode: number,
    readonly stderr: string,
    readonly stdout = '',
  ) {
    super(stderr);
    this.name = 'CommandRefusal';
  }
}

/** Success. The text is what the program prints. */
export function done(stdout = '', stderr = ''): CommandResult {
  return { exitCode: 0, stdout, stderr };
}

/** @throws CommandRefusal always */
export function refuse(exitCode: number, ...lines: readonly string[]): never {
  throw new CommandRefusal(exitCode, lines.map((line) => `${line}\n`).join(''));
}
