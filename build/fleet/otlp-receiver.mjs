// Takes logs and traces over OTLP/HTTP, and prints each record and span as a line of JSON: node otlp-receiver.mjs PORT
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';

const [port = '4318'] = process.argv.slice(2);

const server = createServer(async (request, response) => {
  const body = request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request;
  const { resourceLogs = [], resourceSpans = [] } = await json(body);
  for (const { resource, scopeLogs } of resourceLogs) {
    for (const { eventName, attributes, body: said } of scopeLogs.flatMap(({ logRecords }) => logRecords)) {
      print({
        resource: plain(resource.attributes),
        event: eventName,
        attributes: plain(attributes),
        body: value(said),
      });
    }
  }
  for (const { resource, scopeSpans } of resourceSpans) {
    for (const { name, traceId, attributes } of scopeSpans.flatMap(({ spans }) => spans)) {
      print({ resource: plain(resource.attributes), span: name, traceId, attributes: plain(attributes) });
    }
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
});
server.listen(Number(port), '127.0.0.1');

function print(line) {
  console.log(JSON.stringify(line));
}

function plain(attributes = []) {
  return Object.fromEntries(attributes.map(({ key, value: of }) => [key, value(of)]));
}

/** AnyValue: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
function value(any = {}) {
  const [[kind, held] = []] = Object.entries(any);
  if (kind === 'kvlistValue') return plain(held.values);
  if (kind === 'arrayValue') return held.values.map(value);
  return kind === 'intValue' ? Number(held) : (held ?? null);
}
