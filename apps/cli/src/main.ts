import { Command } from 'commander';
import { clientCommands } from './commands/client.js';
import { configCommand } from './commands/config.js';
import { databaseCommands } from './commands/database.js';
import { demoCommand } from './commands/demo.js';
import { driftCommand } from './commands/drift.js';
import { serveCommands } from './commands/serve.js';
import { explain } from './explain.js';
import { version } from './version.js';

const program = new Command('brickyard')
  .description('The control plane for GlusterFS: event-sourced, highly available, speaks the REST API of Heketi')
  .version(version)
  .showHelpAfterError('(run with --help for what there is)');

for (const command of [
  ...serveCommands(),
  ...databaseCommands(),
  driftCommand(),
  configCommand(),
  demoCommand(),
  ...clientCommands(),
]) {
  program.addCommand(command);
}

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`brickyard: ${explain(error)}\n`);
  // Whatever a start that failed has left open (a library that goes on trying to reach a Redis) must not keep the process.
  process.exit(1);
}
