import type { CommandLine } from '../shell/command-line.js';
import { UnknownOption } from '../shell/options.js';
import { installScript } from '../fence/fence-memory.js';
import { blkid, mkfsXfs, wipefs } from './filesystems.js';
import { cat, rm, sed, tee } from './files.js';
import { chmod, chown, find, mkdir, rmdir } from './folders.js';
import { gluster } from './gluster/index.js';
import { lvm } from './lvm/index.js';
import { findmnt, mount, umount } from './mounts.js';
import { CommandRefusal, type CommandResult, type Program, type ProgramContext } from './program.js';
import { echo, systemctl, trueProgram, udevadm } from './system.js';

const PROGRAMS: Readonly<Record<string, Program>> = {
  blkid,
  cat,
  chmod,
  chown,
  echo,
  find,
  findmnt,
  gluster,
  lvm,
  mkdir,
  'mkfs.xfs': mkfsXfs,
  mount,
  rm,
  rmdir,
  sed,
  sh: ({ node, stdin }, args) => installScript(node, args, stdin),
  systemctl,
  tee,
  true: trueProgram,
  udevadm,
  umount,
  wipefs,
};

const NOT_FOUND = 127;

/** Runs a program on a node and answers as the real one would; never throws for what a caller did wrong. */
export function runProgram(context: ProgramContext, { program, args }: CommandLine): CommandResult {
  const run = PROGRAMS[program];
  if (run === undefined) {
    return { exitCode: NOT_FOUND, stdout: '', stderr: `bash: ${program}: command not found\n` };
  }
  try {
    return run(context, args);
  } catch (error) {
    if (error instanceof CommandRefusal) {
      return { exitCode: error.exitCode, stdout: error.stdout, stderr: error.stderr };
    }
    if (error instanceof UnknownOption) {
      return { exitCode: 1, stdout: '', stderr: `${program}: ${error.message}\n` };
    }
    throw error;
  }
}

/** Whether the program reads its stdin to the end before it does anything. */
export function readsStdin({ program, args }: CommandLine): boolean {
  return program === 'tee' || program === 'sh' || (program === 'cat' && args.length === 0);
}
