// Keeps a metric's label from having as many values as clients can think of.

/** Stands for all values beyond the bound. */
export const OTHER = 'other';

/** The first `most` different values stand for themselves, for as long as the program runs. */
export function boundedLabels(most: number): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= most) return OTHER;
    known.add(value);
    return value;
  };
}
