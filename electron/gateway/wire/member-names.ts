// When two names of members are one to a server: many read JSON without regard to case (Go's encoding/json, C#).

/** Equal for names that such a server takes for the same; `ſ` counts as an s and the Kelvin sign as a k. */
export function foldedName(name: string): string {
  return name.toUpperCase().toLowerCase();
}

/** Whether the object has a member that such a server or client takes for the one of this name. */
export function isMisread(object: object, name: string): boolean {
  const folded = foldedName(name);
  return Object.keys(object).some((other) => other !== name && foldedName(other) === folded);
}
