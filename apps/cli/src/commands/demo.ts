import { Command } from 'commander';
import { runDemo } from '../demo/run-demo.js';

/** `brickyard demo`: what `npm start` runs. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('the whole system on this machine: embedded Postgres, simulated storage nodes, a first volume')
    .action(() => runDemo());
}
