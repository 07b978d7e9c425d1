// Completion of the commands in a shell: a script for each, from the table of commands.
import { type Command, sharedOptions } from './command.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

const PROGRAM = 'mcp-proxy-desktop';

/** What may come next, by what stands before it: `NAME`, `NAME --OPTION`, or an option of all commands alone. */
interface Place {
  readonly before: string;
  readonly words: readonly Word[];
  readonly files: boolean;
}

interface Word {
  readonly word: string;
  readonly about: string;
}

export function completionScript(shell: Shell, commands: readonly Command[]): string {
  const places = placesOf(commands);
  switch (shell) {
    case 'bash':
      return bash(places);
    case 'zsh':
      return zsh(places);
    case 'fish':
      return fish(places);
  }
}

function placesOf(commands: readonly Command[]): Place[] {
  const groups = Map.groupBy(commands, ({ name }) => name.split(' ')[0] ?? '');
  const firsts = [...groups].map(([word, [first, ...others]]) =>
    others.length === 0
      ? { word, about: first?.about ?? '' }
      : { word, about: [first, ...others].map((one) => one?.name.split(' ')[1] ?? '').join(', ') },
  );
  const shared = optionsAsWords(sharedOptions);
  return [
    {
      before: '',
      words: [
        ...firsts,
        { word: 'completion', about: 'Print what makes a shell complete these commands' },
        { word: 'help', about: 'Print what a command does' },
      ],
      files: false,
    },
    { before: 'completion', words: plain(shells), files: false },
    { before: 'help', words: firsts, files: false },
    ...[...groups]
      .filter(([before, below]) => below.some(({ name }) => name !== before))
      .flatMap(([before, below]) => {
        const words = below.map(({ name, about }) => ({ word: name.split(' ')[1] ?? '', about }));
        return [before, `help ${before}`].map((one) => ({ before: one, words, files: false }));
      }),
    ...commands.flatMap(({ name, takes, options }) => [
      { before: name, words: [...optionsAsWords(options), ...shared], files: takes.includes('PATH') },
      ...valuesOf(options).map((place) => ({ ...place, before: `${name} ${place.before}` })),
    ]),
    ...valuesOf(sharedOptions),
  ];
}

function optionsAsWords(options: Command['options']): Word[] {
  return Object.entries(options).map(([name, { about }]) => ({ word: `--${name}`, about }));
}

/** Of options that take one. */
function valuesOf(options: Command['options']): Place[] {
  return Object.entries(options)
    .filter(([, { value }]) => value !== null)
    .map(([name, { value, choices = [] }]) => ({
      before: `--${name}`,
      words: plain(choices),
      files: value === 'DIR',
    }));
}

function plain(words: readonly string[]): Word[] {
  return words.map((word) => ({ word, about: '' }));
}

/** Where nothing is known, the shell completes file names. */
function bash(places: readonly Place[]): string {
  const cases = places
    .map(({ before, words }) => `    '${before}') choices='${words.map(({ word }) => word).join(' ')}' ;;`)
    .join('\n');
  return `_mcp_proxy_desktop() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command='' at choices=''
  for ((at = 1; at < COMP_CWORD && at <= 2; at++)); do
    case "\${COMP_WORDS[at]}" in -*) break ;; *) command="\${command:+$command }\${COMP_WORDS[at]}" ;; esac
  done
  _mcp_proxy_desktop_choices "$command $previous" || _mcp_proxy_desktop_choices "\${command%% *} $previous" ||
    { [[ $previous == -* ]] && _mcp_proxy_desktop_choices "$previous"; } || _mcp_proxy_desktop_choices "$command" ||
    _mcp_proxy_desktop_choices "\${command%% *}"
  COMPREPLY=($(compgen -W "$choices" -- "$current"))
}
_mcp_proxy_desktop_choices() {
  case "$1" in
${cases}
    *) return 1 ;;
  esac
}
complete -o default -F _mcp_proxy_desktop ${PROGRAM}
`;
}

/** Completion has to be there, which it is where somebody's .zshrc asks for it. */
function zsh(places: readonly Place[]): string {
  return `(( $+functions[compdef] )) || { autoload -U compinit && compinit }
autoload -U +X bashcompinit && bashcompinit
${bash(places)}`;
}

function fish(places: readonly Place[]): string {
  const quoted = (text: string) => `'${text.replaceAll(/['\\]/gu, String.raw`\$&`)}'`;
  const cases = places
    .filter(({ words }) => words.length > 0)
    .map(({ before, words }) => {
      const lines = words.map(({ word, about }) => quoted(about === '' ? word : `${word}\t${about}`));
      return `    case ${quoted(before)}\n      printf '%s\\n' ${lines.join(' ')}`;
    });
  const befores = (among: readonly Place[]) => among.map(({ before }) => quoted(before)).join(' ');
  return `function __mcp_proxy_desktop_place
  set -l tokens (commandline -opc)
  set -l command
  for word in $tokens[2..3]
    string match -q -- '-*' $word; and break
    set -a command $word
  end
  set -l option (string match -- '-*' $tokens[-1])
  for place in "$command $tokens[-1]" "$command[1] $tokens[-1]" $option "$command" "$command[1]"
    if contains -- $place ${befores(places)}
      echo $place
      return
    end
  end
end
function __mcp_proxy_desktop
  switch (__mcp_proxy_desktop_place)
${cases.join('\n')}
  end
end
function __mcp_proxy_desktop_takes_files
  contains -- (__mcp_proxy_desktop_place) ${befores(places.filter(({ files }) => files))}
end
complete -c ${PROGRAM} -f -a '(__mcp_proxy_desktop)'
complete -c ${PROGRAM} -n __mcp_proxy_desktop_takes_files -F
`;
}
