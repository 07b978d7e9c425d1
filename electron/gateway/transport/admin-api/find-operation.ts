// Which operation of the admin API a request names by its path and method.
import { namesInPath, type Operation } from '../../../shared/admin-api/operation.ts';

export type Found =
  | { readonly found: true; readonly operation: Operation; readonly inPath: Readonly<Record<string, string>> }
  /** `allow` are the methods that this path has; none where there is no such path. */
  | { readonly found: false; readonly allow: readonly string[] };

export function createFindOperation(
  operations: readonly Operation[],
): (method: string, path: string) => Found {
  const places = operations.map((operation) => ({
    operation,
    names: namesInPath(operation.path),
    pattern: new RegExp(`^${operation.path.replaceAll(/\{\w+\}/gu, '([^/]+)')}$`, 'u'),
  }));

  return (method, path) => {
    const allow: string[] = [];
    for (const { operation, names, pattern } of places) {
      const values = pattern.exec(path)?.slice(1).map(decoded);
      if (values === undefined || values.includes(null)) continue;
      if (operation.method !== method) allow.push(operation.method);
      else {
        const inPath = Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
        return { found: true, operation, inPath };
      }
    }
    return { found: false, allow };
  };
}

/** Null where it is no percent-encoded text. */
function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    // URIError: no operation has such a name.
    return null;
  }
}
