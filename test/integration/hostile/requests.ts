// HTTP requests that are wrong, as bytes: smuggling, odd framing, odd targets, odd methods, and what chance makes of them.
import fc from 'fast-check';
import { somewhere } from './messages.ts';

export interface Place {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A POST of this body, that its connection ends with. */
export function post({ path, headers }: Place, body: Buffer): Buffer {
  const lines = Object.entries({
    host: 'localhost',
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    connection: 'close',
    'content-length': String(body.length),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`), body]);
}

/** Of a smuggled request nothing may be forwarded: what it carries is proper, but stands where no request may. */
export const smuggled = '{"jsonrpc":"2.0","id":66,"method":"vendor/smuggled"}';

/** Each is refused, or its connection closed, before anything of it is a message. */
export function listedRequests({ path, headers }: Place): Record<string, string> {
  const session = Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  const head = `Host: localhost\r\nContent-Type: application/json\r\nAccept: */*\r\nConnection: close\r\n${session}`;
  const length = `Content-Length: ${smuggled.length}\r\n`;
  const chunk = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`;
  const request = (line: string, more = length, body = smuggled) => `${line}\r\n${head}${more}\r\n${body}`;
  const line = `POST ${path} HTTP/1.1`;
  return {
    'a length and chunks': request(line, `${length}Transfer-Encoding: chunked\r\n`, chunk),
    'chunks and a length': request(line, `Transfer-Encoding: chunked\r\n${length}`, chunk),
    'chunks, twice': request(line, 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n', chunk),
    'chunks not last': request(line, 'Transfer-Encoding: chunked, gzip\r\n', chunk),
    'unknown chunks': request(line, 'Transfer-Encoding: xchunked\r\n', chunk),
    'chunks in HTTP/1.0': request(
      `POST ${path} HTTP/1.0`,
      'Transfer-Encoding: chunked\r\nContent-Length: 4\r\n',
      chunk,
    ),
    'two lengths': request(line, `${length}Content-Length: 5\r\n`),
    'a list of lengths': request(line, `Content-Length: ${smuggled.length}, 5\r\n`),
    'a negative length': request(line, 'Content-Length: -5\r\n'),
    'a length in hex': request(line, 'Content-Length: 0x34\r\n'),
    'a length with a plus': request(line, `Content-Length: +${smuggled.length}\r\n`),
    'a huge length': request(line, 'Content-Length: 99999999999999999999\r\n'),
    'a large length': request(line, 'Content-Length: 17000000\r\n', ''),
    'a length that is too short': request(line, 'Content-Length: 5\r\n'),
    'a space before the colon': request(line, `Content-Length : ${smuggled.length}\r\n`),
    'a folded header': request(line, `X-A: b\r\n ${length}`),
    'a folded header at once': `${line}\r\n ${head}${length}\r\n${smuggled}`,
    'bare line feeds': request(line).replaceAll('\r\n', '\n'),
    'a bare return in a header': request(line, `X-A: b\rContent-Length: 0\r\n${length}`),
    'a zero byte in a header': request(line, `X-A: b\0c\r\n${length}`),
    'a zero byte in a name': request(line, `X-\0A: b\r\n${length}`),
    'a header without a name': request(line, `: b\r\n${length}`),
    'a bad chunk size': request(line, 'Transfer-Encoding: chunked\r\n', `zz\r\n${smuggled}\r\n0\r\n\r\n`),
    'a negative chunk': request(line, 'Transfer-Encoding: chunked\r\n', `-5\r\n${smuggled}\r\n0\r\n\r\n`),
    'a huge chunk': request(line, 'Transfer-Encoding: chunked\r\n', `fffffffffffffffff\r\n${smuggled}`),
    'a chunk without its end': request(line, 'Transfer-Encoding: chunked\r\n', `34\r\n${smuggled}0\r\n\r\n`),
    'a chunk with a long extension': request(
      line,
      'Transfer-Encoding: chunked\r\n',
      `34;${'x'.repeat(20_000)}\r\n${smuggled}\r\n0\r\n\r\n`,
    ),
    'an absolute target': request(`POST http://localhost${path} HTTP/1.1`),
    'an absolute target elsewhere': request(`POST http://evil.example${path} HTTP/1.1`),
    'an authority': request('CONNECT localhost:80 HTTP/1.1'),
    'a star': request('OPTIONS * HTTP/1.1'),
    'no target': request('POST  HTTP/1.1'),
    'a target with a space': request(`POST ${path} x HTTP/1.1`),
    'a target with a fragment': request(`POST ${path}#x HTTP/1.1`),
    'a target that climbs': request(`POST /x/..${path} HTTP/1.1`),
    'two slashes': request(`POST /${path} HTTP/1.1`),
    'an escaped slash': request(`POST /%2f${path.slice(1)} HTTP/1.1`),
    'a zero byte in the target': request(`POST ${path}\0 HTTP/1.1`),
    'an escaped zero byte': request(`POST ${path.split('?')[0] ?? ''}%00 HTTP/1.1`),
    'a method in small letters': request(`post ${path} HTTP/1.1`),
    'an unknown method': request(`EVIL ${path} HTTP/1.1`),
    TRACE: request(`TRACE ${path} HTTP/1.1`),
    PROPFIND: request(`PROPFIND ${path} HTTP/1.1`),
    PUT: request(`PUT ${path} HTTP/1.1`),
    'HTTP/0.9': `GET ${path}\r\n\r\n`,
    'HTTP/1.0 without a Host': `POST ${path} HTTP/1.0\r\n${length}\r\n${smuggled}`,
    'HTTP/9.9': request(`POST ${path} HTTP/9.9`),
    'HTTP/2': `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0`,
    'a TLS greeting': '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03',
    'no Host': request(line).replace('Host: localhost\r\n', ''),
    'two Hosts': request(line, `Host: evil.example\r\n${length}`),
    'another Host': request(line).replace('localhost', 'evil.example'),
    'an Origin': request(line, `Origin: https://evil.example\r\n${length}`),
    'two Origins': request(line, `Origin: http://localhost\r\nOrigin: null\r\n${length}`),
    'a wrong token': request(line, `Authorization: Bearer x\r\n${length}`),
    'another type': request(line).replace('application/json', 'text/plain'),
    'a form': request(line).replace('application/json', 'multipart/form-data; boundary=x'),
    'two types': request(line, `Content-Type: text/plain\r\n${length}`),
    'large headers': request(line, `X-Large: ${'x'.repeat(70_000)}\r\n${length}`),
    'many headers': request(line, `${'X-Many: y\r\n'.repeat(5_000)}${length}`),
    'a request behind an answer that ends the connection': `${request(line, length, smuggled.replace('2.0', '0.2'))}${request(line)}`,
  };
}

const scraps = fc.constantFrom(
  '\r\n',
  '\n',
  '\r',
  '\0',
  ' ',
  ':',
  ',',
  'Transfer-Encoding: chunked\r\n',
  'Content-Length: 0\r\n',
  'Host: evil.example\r\n',
  'Origin: null\r\n',
  'Origin: https://evil.example\r\n',
  'Authorization: Bearer x\r\n',
  'Content-Type: text/html\r\n',
  'Accept: image/png\r\n',
  'Expect: 100-continue\r\n',
  'Upgrade: websocket\r\nConnection: upgrade\r\n',
  'MCP-Protocol-Version: 1999-01-01\r\n',
  'Mcp-Session-Id: sess_x\r\n',
  'Last-Event-ID: 0-0\r\n',
  '\r\n\r\n',
  'HTTP/1.1',
  '\xff',
  '%',
  ' x',
);

/** A proper request with scraps put into its head, between two lines or anywhere. */
export const mutatedHead = (place: Place, body: Buffer): fc.Arbitrary<Buffer> =>
  fc
    .array(fc.tuple(somewhere, scraps, fc.boolean()), {
      minLength: 1,
      maxLength: 3,
    })
    .map((edits) => {
      let text = post(place, body).toString('latin1');
      for (const [where, scrap, betweenLines] of edits) {
        const anywhere = Math.floor(where * (text.length - body.length));
        const at = betweenLines ? text.indexOf('\r\n', anywhere) + 2 : anywhere;
        text = text.slice(0, at) + scrap + text.slice(at);
      }
      return Buffer.from(text, 'latin1');
    });
