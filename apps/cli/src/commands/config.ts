import { Command } from 'commander';
import { readConfig } from '../read-config.js';

/** `brickyard config`: what is in force and where each value came from. */
export function configCommand(): Command {
  return new Command('config')
    .description('show the configuration in force, secrets masked')
    .option('--config <file>', "Heketi's configuration file")
    .option('-o, --output <form>', 'table or json', 'table')
    .action(async (options: { config?: string; output: string }) => {
      const { inForce, warnings } = await readConfig(options.config);
      for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
      if (options.output === 'json') {
        process.stdout.write(`${JSON.stringify(inForce, null, 2)}\n`);
        return;
      }
      const width = Math.max(...inForce.map((s) => s.name.length));
      for (const { name, value, source } of inForce) {
        process.stdout.write(`${name.padEnd(width)}  ${(value === '' ? '-' : value).padEnd(24)}  ${source}\n`);
      }
    });
}
