// Completion of the commands in a shell: a script for each, from the table of commands.
import { type Command, sharedOptions } from './command.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

const PROGRAM = 'mcp-proxy-desktop';

/** What may come next, by what stands before it; commands are `NAME`, values of options `NAME --OPTION`. */
interface Place {
  readonly before: string;
  readonly words: readonly string[];
}

export function completionScript(shell: Shell, commands: readonly Command[]): string {
  const places = placesOf(commands);
  return shell === 'fish' ? fish(places) : bash(places, shell === 'zsh');
}

function placesOf(commands: readonly Command[]): Place[] {
  const firsts = [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? '')), 'completion', 'help'];
  const groups = Map.groupBy(
    commands.filter(({ name }) => name.includes(' ')),
    ({ name }) => name.split(' ')[0] ?? '',
  );
  const words = Object.keys(sharedOptions);
  return [
    { before: '', words: firsts },
    { before: 'completion', words: shells },
    ...[...groups].map(([before, below]) => ({
      before,
      words: below.map(({ name }) => name.split(' ')[1] ?? ''),
    })),
    ...commands.flatMap(({ name, options }) => [
      { before: name, words: [...Object.keys(options), ...words].map((option) => `--${option}`) },
      ...Object.entries(options).flatMap(([option, { choices }]) =>
        choices === undefined ? [] : [{ before: `${name} --${option}`, words: choices }],
      ),
    ]),
  ];
}

/** Where nothing is known, the shell completes file names. */
function bash(places: readonly Place[], inZsh: boolean): string {
  const cases = places
    .map(({ before, words }) => `    '${before}') choices='${words.join(' ')}' ;;`)
    .join('\n');
  return `${inZsh ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''}_mcp_proxy_desktop() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command='' at choices=''
  for ((at = 1; at < COMP_CWORD && at <= 2; at++)); do
    case "\${COMP_WORDS[at]}" in -*) break ;; *) command="\${command:+$command }\${COMP_WORDS[at]}" ;; esac
  done
  case "$previous" in
    -*)
      _mcp_proxy_desktop_choices "$command $previous"
      [ -n "$choices" ] || _mcp_proxy_desktop_choices "\${command%% *} $previous"
      ;;
  esac
  [ -n "$choices" ] || _mcp_proxy_desktop_choices "$command"
  [ -n "$choices" ] || _mcp_proxy_desktop_choices "\${command%% *}"
  COMPREPLY=($(compgen -W "$choices" -- "$current"))
}
_mcp_proxy_desktop_choices() {
  case "$1" in
${cases}
  esac
}
complete -o default -F _mcp_proxy_desktop ${PROGRAM}
`;
}

function fish(places: readonly Place[]): string {
  const cases = places
    .map(({ before, words }) => `    case '${before}'\n      printf '%s\\n' ${words.join(' ')}`)
    .join('\n');
  return `function __mcp_proxy_desktop_words
  switch "$argv[1]"
${cases}
  end
end
function __mcp_proxy_desktop
  set -l tokens (commandline -opc)
  set -l command
  for word in $tokens[2..3]
    string match -q -- '-*' $word; and break
    set -a command $word
  end
  set -l found (__mcp_proxy_desktop_words "$command $tokens[-1]")
  test -n "$found"; or set found (__mcp_proxy_desktop_words "$command[1] $tokens[-1]")
  test -n "$found"; or set found (__mcp_proxy_desktop_words "$command")
  test -n "$found"; or set found (__mcp_proxy_desktop_words "$command[1]")
  printf '%s\\n' $found
end
complete -c ${PROGRAM} -a '(__mcp_proxy_desktop)'
`;
}
