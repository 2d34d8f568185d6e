import { Argument, Command } from 'commander';
import { placesOf } from '../completion/command-tree.js';
import { completionScript, type Shell, shells } from '../completion/scripts.js';

/** `brickyard completion`: a script for a shell, made from the commands themselves. */
export function completionCommand(loadAll: () => Promise<readonly Command[]>): Command {
  return new Command('completion')
    .description('print the script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>').choices(shells))
    .addHelpText(
      'after',
      '\nbash: source <(brickyard completion bash)   zsh: source <(brickyard completion zsh)   fish: brickyard completion fish | source',
    )
    .action(async (shell: Shell) => {
      process.stdout.write(completionScript(shell, placesOf(await loadAll())));
    });
}
