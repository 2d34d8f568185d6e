import { refuse, type Program } from '../program.js';
import { lvcreate } from './lvcreate.js';
import { lvextend } from './lvextend.js';
import { lvremove } from './lvremove.js';
import { pvcreate, pvremove } from './physical-volumes.js';
import { lvs, pvs, vgs } from './reports.js';
import { vgcreate, vgremove } from './volume-groups.js';

const COMMANDS: Readonly<Record<string, Program>> = {
  pvcreate,
  pvremove,
  pvs,
  vgcreate,
  vgremove,
  vgs,
  lvcreate,
  lvextend,
  lvremove,
  lvs,
};

/** `lvm COMMAND ...`: one binary with all the commands in it. */
export const lvm: Program = (context, [name = '', ...args]) => {
  const command = COMMANDS[name];
  if (command === undefined) return refuse(2, `  No such command '${name}'.  Try 'help'.`);
  return command(context, args);
};
