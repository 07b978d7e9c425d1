// When two names of members are one to a server: many read JSON without regard to case (Go's encoding/json, C#).

/** Equal for names that such a server takes for the same; `ſ` counts as an s and the Kelvin sign as a k. */
export function foldedName(name: string): string {
  return name.toUpperCase().toLowerCase();
}
