// The words of Rego that an editor knows: keywords, and the builtin functions with what they take and give.

export const keywords = [
  'as',
  'contains',
  'default',
  'else',
  'every',
  'if',
  'import',
  'in',
  'not',
  'package',
  'some',
  'with',
] as const;

/** Name and signature, as OPA's reference has them; functions that no policy here can call are left out. */
const signatures = `
abs(x)
all(array or set)
any(array or set)
array.concat(x, y)
array.flatten(array)
array.reverse(array)
array.slice(array, start, stop)
base64.decode(x)
base64.encode(x)
base64url.decode(x)
bits.and(x, y)
bits.or(x, y)
ceil(x)
concat(delimiter, collection)
contains(haystack, needle)
count(collection)
crypto.sha256(x)
endswith(search, base)
floor(x)
format_int(number, base)
glob.match(pattern, delimiters, match)
graph.reachable(graph, initial)
indexof(haystack, needle)
intersection(sets)
is_array(x)
is_boolean(x)
is_null(x)
is_number(x)
is_object(x)
is_set(x)
is_string(x)
json.filter(object, paths)
json.is_valid(x)
json.marshal(x)
json.patch(object, patches)
json.remove(object, paths)
json.unmarshal(x)
lower(x)
max(collection)
min(collection)
net.cidr_contains(cidr, cidr_or_ip)
net.cidr_intersects(cidr1, cidr2)
net.cidr_is_valid(cidr)
numbers.range(a, b)
object.filter(object, keys)
object.get(object, key, default)
object.keys(object)
object.remove(object, keys)
object.subset(super, sub)
object.union(a, b)
object.union_n(objects)
print(values)
product(collection)
regex.find_n(pattern, value, number)
regex.is_valid(pattern)
regex.match(pattern, value)
regex.replace(s, pattern, value)
regex.split(pattern, value)
replace(x, old, new)
round(x)
semver.compare(a, b)
semver.is_valid(vsn)
sort(collection)
split(x, delimiter)
sprintf(format, values)
startswith(search, base)
strings.any_prefix_match(search, base)
strings.any_suffix_match(search, base)
strings.count(search, substring)
strings.replace_n(patterns, value)
strings.reverse(x)
substring(value, offset, length)
sum(collection)
time.add_date(ns, years, months, days)
time.clock(x)
time.date(x)
time.diff(ns1, ns2)
time.format(x)
time.now_ns()
time.parse_duration_ns(duration)
time.parse_ns(layout, value)
time.parse_rfc3339_ns(value)
time.weekday(x)
to_number(x)
trim(value, cutset)
trim_left(value, cutset)
trim_prefix(value, prefix)
trim_right(value, cutset)
trim_space(value)
trim_suffix(value, suffix)
type_name(x)
union(sets)
units.parse(x)
units.parse_bytes(x)
upper(x)
urlquery.decode(x)
urlquery.encode(x)
uuid.parse(uuid)
walk(x)
yaml.marshal(x)
yaml.unmarshal(x)`;

export const builtins: readonly { readonly name: string; readonly takes: string }[] = signatures
  .trim()
  .split('\n')
  .map((line) => {
    const at = line.indexOf('(');
    return { name: line.slice(0, at), takes: line.slice(at) };
  });
