// The app's icon for boards that read no files of ours: a package keeps them in an archive.
import { nativeImage } from 'electron';
import { join } from 'node:path';
import type { NoticePicture } from './dbus-notices.ts';

/** Null where there is none. */
export function noticePicture(icons: string): NoticePicture | null {
  const image = nativeImage.createFromPath(join(icons, 'png', '64x64.png'));
  if (image.isEmpty()) return null;
  // Little-endian ARGB: blue comes first.
  const rgba = Buffer.from(image.toBitmap());
  for (let at = 0; at < rgba.length; at += 4) {
    const blue = rgba.readUInt8(at);
    rgba.writeUInt8(rgba.readUInt8(at + 2), at);
    rgba.writeUInt8(blue, at + 2);
  }
  return { ...image.getSize(), rgba };
}
