import { Command, Option } from 'commander';
import { contextFilePath, readContextFile, writeCurrentContext } from '../context/config-file.js';
import { connectionOf, currentContext, type ServerOptions } from '../context/connection.js';
import { type OutputForm, outputForms, pageFor, written } from '../output/output.js';
import { table } from '../output/table.js';
import { withServer } from './server-options.js';

const outputOption = (): Option =>
  new Option('-o, --output <form>', 'for people or for programs').choices(outputForms).default('table');

/** `brickyard context`: the servers that have a name on this machine. */
export function contextCommand(): Command {
  return new Command('context')
    .description('servers by name: $BRICKYARD_CONFIG, else $XDG_CONFIG_HOME/brickyard/config.yaml')
    .addCommand(listCommand())
    .addCommand(useCommand())
    .addCommand(showCommand());
}

function listCommand(): Command {
  return new Command('list')
    .description('all contexts; * marks the current one')
    .addOption(outputOption())
    .action(async ({ output }: { readonly output: OutputForm }) => {
      const { contexts, current } = await readContextFile(contextFilePath(process.env));
      const answer = Object.entries(contexts).map(([name, { server, issuer = 'admin', actor = null }]) => ({
        name,
        current: name === current,
        server,
        issuer,
        actor,
      }));
      const page = pageFor(process.stdout, {});
      const rows = answer.map(({ name, current: is, server, issuer, actor }) => [
        is ? '*' : '',
        name,
        issuer,
        actor ?? '-',
        server,
      ]);
      const headings = ['', 'name', 'issuer', 'actor', 'server'];
      process.stdout.write(written(output, answer, () => table(headings, rows, page.width, page.style)));
    });
}

function useCommand(): Command {
  return new Command('use')
    .description('make a context the current one')
    .argument('<name>')
    .action(async (name: string) => {
      // Says which there are where there is none of the name.
      await currentContext({ context: name });
      await writeCurrentContext(contextFilePath(process.env), name);
      process.stdout.write(`${name} is the current context\n`);
    });
}

function showCommand(): Command {
  return withServer(new Command('show'))
    .description('which server a command would ask now, and in whose name')
    .addOption(outputOption())
    .action(async (options: ServerOptions & { readonly output: OutputForm }) => {
      const found = await currentContext(options);
      const { baseUrl, issuer, actor = issuer } = await connectionOf(options);
      const answer = { context: found?.name ?? null, server: baseUrl, issuer, actor };
      const page = pageFor(process.stdout, {});
      const rows = [[answer.context ?? '-', issuer, actor, baseUrl]];
      const headings = ['context', 'issuer', 'actor', 'server'];
      process.stdout.write(written(options.output, answer, () => table(headings, rows, page.width, page.style)));
    });
}
