#!/usr/bin/env node
// A stand-in for fpm, as far as electron-builder uses it for a deb: takes fpm's arguments, lays the files out and
// calls dpkg-deb. For machines that cannot download fpm; see dist.mjs.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ...Object.fromEntries(
      [
        ...['architecture', 'after-install', 'after-remove', 'description', 'version', 'package', 'name'],
        ...['maintainer', 'vendor', 'url', 'license', 'category', 'deb-priority', 'deb-compression'],
      ].map((name) => [name, { type: 'string' }]),
    ),
    'deb-recommends': { type: 'string', multiple: true, default: [] },
    depends: { type: 'string', short: 'd', multiple: true, default: [] },
    source: { type: 'string', short: 's' },
    target: { type: 'string', short: 't' },
    force: { type: 'boolean' },
  },
});
if (values.source !== 'dir' || values.target !== 'deb') {
  throw new Error(`Only a deb can be made without fpm, not ${values.target} from ${values.source}.`);
}

const tree = mkdtempSync(join(tmpdir(), 'deb-'));
try {
  for (const mapping of positionals) place(mapping);
  // Whatever the umask of the checkout: all users may read, and run what is executable.
  execFileSync('chmod', ['-R', 'u=rwX,go=rX', tree]);
  writeControl();
  // Not fpm's xz, which takes minutes for what zstd does in seconds; Debian 12 and Ubuntu 22.04 read it.
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zzstd', '-z10', '-b', tree, values.package]);
} finally {
  rmSync(tree, { recursive: true, force: true });
}

/** `SOURCE=TARGET`: a folder's content when SOURCE ends in a slash, else a file under the name TARGET. */
function place(mapping) {
  const split = mapping.lastIndexOf('=');
  const from = mapping.slice(0, split);
  const to = join(tree, mapping.slice(split + 1));
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}

/** Fields as in https://www.debian.org/doc/debian-policy/ch-controlfields.html */
function writeControl() {
  const folder = join(tree, 'DEBIAN');
  const kib = Number(execFileSync('du', ['-sk', tree], { encoding: 'utf8' }).split('\t', 1)[0]);
  const [synopsis, ...paragraph] = values.description.split('\n');
  const fields = {
    Package: values.name,
    Version: values.version,
    License: values.license,
    Vendor: values.vendor,
    Architecture: values.architecture,
    Maintainer: values.maintainer,
    'Installed-Size': kib,
    Depends: values.depends.join(', '),
    Recommends: values['deb-recommends'].join(', '),
    Section: values.category,
    Priority: values['deb-priority'],
    Homepage: values.url,
    Description: [synopsis.trim(), ...paragraph.map((line) => ` ${line.trim() || '.'}`)].join('\n'),
  };
  const lines = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
  mkdirSync(folder);
  writeFileSync(join(folder, 'control'), lines.map(([name, value]) => `${name}: ${value}\n`).join(''));
  script('after-install', join(folder, 'postinst'));
  script('after-remove', join(folder, 'postrm'));
}

function script(option, path) {
  writeFileSync(path, readFileSync(values[option]));
  chmodSync(path, 0o755);
}
