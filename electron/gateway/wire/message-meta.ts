// Sets members of a message's `_meta`, and leaves every other byte of the message as it came.
import { nowhere, objectMembers, skipSpace, skipValue, valueOf } from './json-spans.ts';

const openBrace = 0x7b;
const closeBrace = 0x7d;
const path = ['params', '_meta'] as const;

/** By name; what is undefined is taken out where it is there. */
export type MetaMembers = Readonly<Record<string, string | undefined>>;

/**
 * The message with these members in `params._meta`; `params` and `_meta` are made where they are missing. The very same
 * buffer where one of them is something else than an object: what to make of that is up to the server.
 * @param json a message that was parsed before: valid UTF-8, without duplicate keys
 */
export function withMeta(json: Buffer, members: MetaMembers): Buffer {
  let at = skipSpace(json, 0);
  for (const [depth, name] of path.entries()) {
    if (json[at] !== openBrace) return json;
    const inside = valueOf(json, at, Buffer.from(name));
    if (inside === nowhere) return withFirst(json, at, path.slice(depth), written([], members));
    at = inside;
  }
  if (json[at] !== openBrace) return json;
  const end = skipValue(json, at);
  const meta = written(objectMembers(json.subarray(at, end)), members);
  return Buffer.concat([json.subarray(0, at), Buffer.from(meta), json.subarray(end)]);
}

/** Puts a member in front of those of the object that opens at `at`: objects inside each other, named so, around `meta`. */
function withFirst(json: Buffer, at: number, names: readonly string[], meta: string): Buffer {
  const behind = at + 1;
  const isOnly = json[skipSpace(json, behind)] === closeBrace;
  const [first = '', ...inner] = names;
  const opening = `"${first}":${inner.map((name) => `{"${name}":`).join('')}`;
  const closing = '}'.repeat(inner.length) + (isOnly ? '' : ',');
  const member = Buffer.from(opening + meta + closing);
  return Buffer.concat([json.subarray(0, behind), member, json.subarray(behind)]);
}

/** An object of the members that it had, in their order and with their values as they were written, and of the new ones. */
function written(before: readonly (readonly [string, Buffer])[], members: MetaMembers): string {
  const all = before.flatMap(([name, value]) =>
    Object.hasOwn(members, name) ? [] : [`${JSON.stringify(name)}:${value.toString()}`],
  );
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined) all.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
  }
  return `{${all.join(',')}}`;
}
