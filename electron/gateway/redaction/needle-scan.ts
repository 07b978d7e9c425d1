// Looks for many words at once in bytes, small and capital letters being the same: in one pass, however many words.

/** How many characters of each word the pass looks at. */
const looked = 4;

/**
 * Each word has one bit, which a table holds for each byte that may stand in that place of the word. Nothing in the pass
 * waits for what came before it, as it would in an automaton.
 * @param needles ASCII, at most 31
 */
export function createNeedleScan(needles: readonly string[]): (bytes: Buffer, until: number) => boolean {
  const words = needles.map((needle) => needle.toLowerCase());
  const [first, second, third, fourth] = [
    tableOf(words, 0),
    tableOf(words, 1),
    tableOf(words, 2),
    tableOf(words, 3),
  ];

  function isWord(bytes: Buffer, at: number, until: number, bits: number): boolean {
    return words.some(
      (word, index) =>
        (bits & (1 << index)) !== 0 &&
        bytes.toString('latin1', at, Math.min(at + word.length, until)).toLowerCase() === word,
    );
  }

  return (bytes, until) => {
    const inner = until - looked;
    for (let i = 0; i <= inner; i += 1) {
      const begun = (first[bytes[i] ?? 0] ?? 0) & (second[bytes[i + 1] ?? 0] ?? 0);
      if (begun === 0) continue;
      const bits = begun & (third[bytes[i + 2] ?? 0] ?? 0) & (fourth[bytes[i + 3] ?? 0] ?? 0);
      if (bits !== 0 && isWord(bytes, i, until, bits)) return true;
    }
    // The last words may be shorter than what is looked at.
    const tail = bytes.toString('latin1', Math.max(0, inner + 1), until).toLowerCase();
    return words.some((word) => word.length < looked && tail.includes(word));
  };
}

function tableOf(words: readonly string[], place: number): Int32Array {
  const table = new Int32Array(256);
  for (const [index, word] of words.entries()) {
    const character = word[place];
    for (let byte = 0; byte < 256; byte += 1) {
      const isHere = character === undefined || String.fromCharCode(byte).toLowerCase() === character;
      if (isHere) table[byte] = (table[byte] ?? 0) | (1 << index);
    }
  }
  return table;
}
