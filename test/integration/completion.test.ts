// Completion in the shells themselves: what Tab offers for a line. A shell that is not installed is passed over, and named.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cli } from './cli-process.ts';
import { temporaryFolder } from './harness.ts';

const patienceMs = 20_000;

/** Source, the typed line and the script come in as variables, so that nothing has to be quoted. */
const shells = {
  bash: `source "$SCRIPT"
read -r -a COMP_WORDS <<<"$LINE"
case "$LINE" in *' ') COMP_WORDS+=('') ;; esac
COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
_mcp_proxy_desktop
printf '%s\n' "\${COMPREPLY[@]}"`,
  // A second zsh, as a person has it before them; each match that it adds is printed.
  zsh: `zmodload zsh/zpty
zpty tested zsh -f -i
zpty -w tested 'source "$PREPARATION"'
zpty -w -n tested "$LINE"$'\t'
while zpty -r tested line; do
  [[ $line == *offered:* ]] && print -r -- \${\${line##*offered:}%%$'\r'*}
  [[ $line == *complete.* ]] && break
done
zpty -d tested`,
  fish: `source $SCRIPT
complete -C "$LINE"`,
} as const;

const zshPreparation = `PROMPT=
unset zle_bracketed_paste
source $SCRIPT
bindkey '^I' complete-word
compadd() {
  if [[ \${@[1,(i)(-|--)]} != *-[OAD]* ]]; then
    local -a offered
    builtin compadd -A offered "$@"
    print -lr -- offered:$^offered
  fi
  builtin compadd "$@"
}
finish() { print -r -- complete.; exit }
comppostfuncs=(finish)
`;

it.for(Object.keys(shells) as (keyof typeof shells)[])(
  '%s completes commands, options, their values and files',
  { timeout: 60_000 },
  async (shell, { skip }) => {
    if (spawnSync(shell, ['--version']).status !== 0) skip(`${shell} is not installed`);
    const folder = temporaryFolder();
    const script = join(folder, 'completion');
    const preparation = join(folder, 'preparation');
    writeFileSync(script, (await cli(folder, 'completion', shell)).stdout);
    writeFileSync(preparation, zshPreparation);
    writeFileSync(join(folder, 'mine.rego'), '');
    const offered = (typed: string) => {
      const env = {
        ...process.env,
        HOME: folder,
        LINE: `mcp-proxy-desktop ${typed}`,
        SCRIPT: script,
        PREPARATION: preparation,
      };
      const options = { cwd: folder, env, encoding: 'utf8', timeout: patienceMs } as const;
      const { stdout } = spawnSync(shell, ['-c', shells[shell]], options);
      // fish tells behind a tab what each is.
      return stdout
        .split('\n')
        .map((line) => line.split('\t')[0])
        .filter((word) => word !== '')
        .sort();
    };
    expect(offered('st')).toEqual(['status']);
    expect(offered('policy ')).toEqual(['apply', 'check', 'history', 'rollback']);
    expect(offered('help aud')).toEqual(['audit']);
    expect(offered('help policy r')).toEqual(['rollback']);
    expect(offered('audit search status --dec')).toEqual(['--decision']);
    expect(offered('policy apply --n')).toEqual(['--note']);
    expect(offered('approve req_1 --for ')).toEqual(['15_minutes', 'always', 'once', 'session']);
    expect(offered('status --j')).toEqual(['--json']);
    expect(offered('audit search --decision d')).toEqual(['denied']);
    // What bash does by itself where there is no other word is not in COMPREPLY.
    expect(offered('policy apply mi')).toEqual(shell === 'bash' ? [] : ['mine.rego']);
  },
);
