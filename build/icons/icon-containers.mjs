// The two files that hold one icon in many sizes: .ico for Windows and .icns for macOS, both around PNG images.

/** Types of icns entries that take PNG, by size in pixels; the second name of a size is for fine screens. */
const icnsTypes = [
  ['ic07', 128],
  ['ic08', 256],
  ['ic09', 512],
  ['ic10', 1024],
  ['ic11', 32],
  ['ic12', 64],
  ['ic13', 256],
  ['ic14', 512],
];

/** @param {{ size: number, png: Buffer }[]} images Up to 256 pixels each. */
export function ico(images) {
  const headerLength = 6 + 16 * images.length;
  const header = Buffer.alloc(headerLength);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(images.length, 4);
  let offset = headerLength;
  images.forEach(({ size, png }, index) => {
    const at = 6 + 16 * index;
    // One byte each: 0 stands for 256.
    header.writeUInt8(size % 256, at);
    header.writeUInt8(size % 256, at + 1);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(png.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += png.length;
  });
  return Buffer.concat([header, ...images.map(({ png }) => png)]);
}

/** @param {Map<number, Buffer>} images PNG by size in pixels; must hold all the sizes of `icnsTypes`. */
export function icns(images) {
  const entries = icnsTypes.map(([type, size]) => {
    const png = images.get(size);
    const head = Buffer.alloc(8);
    head.write(type, 'latin1');
    head.writeUInt32BE(8 + png.length, 4);
    return Buffer.concat([head, png]);
  });
  const body = Buffer.concat(entries);
  const head = Buffer.alloc(8);
  head.write('icns', 'latin1');
  head.writeUInt32BE(8 + body.length, 4);
  return Buffer.concat([head, body]);
}
