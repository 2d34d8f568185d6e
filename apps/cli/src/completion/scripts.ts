import type { Place } from './command-tree.js';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** A script that completes the command line in a shell. It holds the whole tree: asking the program takes seconds at every tab. */
export function completionScript(shell: Shell, places: readonly Place[]): string {
  switch (shell) {
    case 'bash':
      return bashScript(places);
    case 'zsh':
      return `#compdef brickyard\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(places)}`;
    case 'fish':
      return fishScript(places);
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const paths = (places: readonly Place[]): string[] => places.filter(({ path }) => path !== '/').map(({ path }) => path);
const joined = (path: string): string => (path === '/' ? '' : path);

function bashScript(places: readonly Place[]): string {
  const words = places.map(({ path, commands, options }) => {
    const next = [...commands.map(({ name }) => name), ...options.flatMap(({ flags }) => flags), '--help'];
    return `    ${quoted(joined(path))}) words=${quoted(next.join(' '))} ;;`;
  });
  const values = places.flatMap(({ path, options }) =>
    options
      .filter(({ choices }) => choices !== null)
      .map(({ flags, choices }) => {
        const at = flags.map((flag) => quoted(`${joined(path)} ${flag}`)).join('|');
        return `    ${at}) words=${quoted((choices ?? []).join(' '))} ;;`;
      }),
  );
  return `_brickyard() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" words="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path/$word" in
      ${paths(places).map(quoted).join('|')}) path="$path/$word" ;;
    esac
  done
  case "$path" in
${words.join('\n')}
  esac
  case "$path $previous" in
${values.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _brickyard brickyard
`;
}

function fishScript(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, commands, options }) => {
    const at = `complete -c brickyard -n ${quoted(`test "$(__brickyard_place)" = "${joined(path)}"`)}`;
    return [
      ...commands.map(({ name, description }) => `${at} -a ${name} -d ${quoted(description)}`),
      ...options.map(({ flags, description, choices, takesValue }) => {
        const named = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
        const value = choices === null ? (takesValue ? ' -r' : '') : ` -xa ${quoted(choices.join(' '))}`;
        return `${at} ${named.join(' ')}${value} -d ${quoted(description)}`;
      }),
    ];
  });
  return `function __brickyard_place
  set -l place ""
  for word in (commandline -opc)[2..]
    if contains -- "$place/$word" ${paths(places).map(quoted).join(' ')}
      set place "$place/$word"
    end
  end
  echo "$place"
end
complete -c brickyard -f
${lines.join('\n')}
`;
}
