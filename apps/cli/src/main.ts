import { Command } from 'commander';
import { loadCommands } from './commands/load.js';
import { complaint } from './complaint.js';
import { endWithLastWords, maskComplaints } from './last-words.js';
import { pageFor } from './output/output.js';
import { version } from './version.js';

endWithLastWords();

const program = new Command('brickyard')
  .description('The control plane for GlusterFS: event-sourced, highly available, speaks the REST API of Heketi')
  .version(version)
  .showHelpAfterError('(run with --help for what there is)');

for (const command of await loadCommands(process.argv[2])) program.addCommand(command);
maskComplaints(program);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(complaint(error, pageFor(process.stderr, {})));
  // Whatever a start that failed has left open (a library that goes on trying to reach a Redis) must not keep the process.
  process.exit(1);
}
