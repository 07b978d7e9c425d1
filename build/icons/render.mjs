// Draws every icon file from the sources beside it: `node build/launch/launch.mjs icons`. Runs as an Electron app,
// whose Chromium is the renderer; the results are committed.
import { app, BrowserWindow } from 'electron';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { icns, ico } from './icon-containers.mjs';
import { trayMark, trayStates } from './tray-mark.mjs';

const folder = import.meta.dirname;
const linuxSizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024];
const windowsSizes = [16, 24, 32, 48, 64, 256];

async function render(draw) {
  const large = readFileSync(join(folder, 'app.svg'), 'utf8');
  const small = readFileSync(join(folder, 'app-small.svg'), 'utf8');
  const images = new Map();
  for (const size of linuxSizes) images.set(size, await draw(size <= 24 ? small : large, size));

  mkdirSync(join(folder, 'png'), { recursive: true });
  for (const [size, png] of images) writeFileSync(join(folder, 'png', `${size}x${size}.png`), png);
  writeFileSync(join(folder, 'app.ico'), ico(windowsSizes.map((size) => ({ size, png: images.get(size) }))));
  writeFileSync(join(folder, 'app.icns'), icns(images));

  mkdirSync(join(folder, 'tray'), { recursive: true });
  for (const state of trayStates) {
    const file = (name) => join(folder, 'tray', name);
    const mark = trayMark(state, 22);
    writeFileSync(file(`${state}.png`), await draw(mark, 22));
    writeFileSync(file(`${state}@2x.png`), await draw(mark, 44));
    const template = trayMark(state, 16, { template: true });
    writeFileSync(file(`${state}Template.png`), await draw(template, 16));
    writeFileSync(file(`${state}Template@2x.png`), await draw(template, 32));
    const windows = trayMark(state, 16);
    const sizes = await Promise.all([16, 32].map(async (size) => ({ size, png: await draw(windows, size) })));
    writeFileSync(file(`${state}.ico`), ico(sizes));
  }
}

/** Returns a function that draws an SVG image in a square of `size` pixels and gives it as PNG. */
function createDraw(page) {
  return async (svg, size) => {
    const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
    const png = await page.executeJavaScript(`(async () => {
      const image = new Image();
      image.src = ${JSON.stringify(source)};
      await image.decode();
      const canvas = new OffscreenCanvas(${size}, ${size});
      canvas.getContext('2d').drawImage(image, 0, 0, ${size}, ${size});
      return new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    })()`);
    return Buffer.from(png);
  };
}

app.disableHardwareAcceleration();
// Not awaited: `await app.whenReady()` at the top of a module never ends, as it waits for the module.
app.whenReady().then(async () => {
  const window = new BrowserWindow({ show: false, webPreferences: { offscreen: true } });
  await window.loadURL('data:text/html,<!doctype html>');
  await render(createDraw(window.webContents));
  app.quit();
});
