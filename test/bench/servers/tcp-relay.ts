// Entry: the least that can stand between two programs. `tcp-relay.ts PORT` copies bytes from a free port of 127.0.0.1,
// which it prints, to PORT and back.
import { type AddressInfo, connect, createServer } from 'node:net';

const target = Number(process.argv[2]);

const relay = createServer({ noDelay: true }, (client) => {
  const server = connect({ host: '127.0.0.1', port: target, noDelay: true });
  client.pipe(server).pipe(client);
  client.on('error', () => server.destroy());
  server.on('error', () => client.destroy());
});
relay.listen(0, '127.0.0.1', () => process.stdout.write(`${(relay.address() as AddressInfo).port}\n`));
