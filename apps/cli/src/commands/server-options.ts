import type { Command } from 'commander';

/** The options of every command that asks a server; see connectionOf. */
export function withServer(command: Command): Command {
  return command
    .option('--server <url>', 'address of the server (HEKETI_CLI_SERVER; else the context, else http://127.0.0.1:8080)')
    .option('--user <issuer>', 'admin, user or auditor (HEKETI_CLI_USER; else the context, else admin)')
    .option('--actor <name>', 'who is recorded as the actor (BRICKYARD_ACTOR; else the context, else your user name)')
    .option('--context <name>', 'a server of the file of contexts (BRICKYARD_CONTEXT)');
}
