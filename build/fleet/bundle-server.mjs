// Serves the files of a folder over HTTP with an ETag, as nginx, S3 and the like do: node bundle-server.mjs FOLDER PORT
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, join } from 'node:path';

const [folder = '.', port = '8899'] = process.argv.slice(2);

const server = createServer(async (request, response) => {
  const name = basename(new URL(request.url, 'http://localhost').pathname);
  const content = await readFile(join(folder, name)).catch(() => null);
  if (content === null) return void response.writeHead(404).end();
  const etag = `"${createHash('sha256').update(content).digest('hex')}"`;
  const known = request.headers['if-none-match'] === etag;
  response.writeHead(known ? 304 : 200, { etag }).end(known ? undefined : content);
});
server.listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
