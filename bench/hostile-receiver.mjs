// Receivers that nobody should have: the first part of the path says how one misbehaves. Says its kinds and its port.
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';

const bomb = gzipSync(Buffer.alloc(50_000_000));
const chunk = Buffer.alloc(65_536, 'x');
const head = 'HTTP/1.1 200 OK\r\n';

/** Writes on for as long as the other side takes it. */
function writeOn(socket, piece) {
  const write = () => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', write);
  write();
}

function dribble(socket, piece) {
  const timer = setInterval(() => socket.write(piece), 20);
  socket.on('close', () => clearInterval(timer));
}

const kinds = {
  silence: () => {},
  'header-dribble': (socket) => {
    socket.write(head);
    dribble(socket, 'x-a: b\r\n');
  },
  'body-dribble': (socket) => {
    socket.write(`${head}content-length: 100000\r\n\r\n`);
    dribble(socket, 'x');
  },
  'header-flood': (socket) => {
    socket.write(head);
    writeOn(socket, 'x-flood: 0123456789\r\n'.repeat(1000));
  },
  'one-header': (socket) => socket.end(`${head}x-flood: ${'x'.repeat(200_000)}\r\n\r\n`),
  'gzip-bomb': (socket) => {
    socket.write(`${head}content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`);
    socket.end(bomb);
  },
  reset: (socket) => socket.resetAndDestroy(),
  'close-early': (socket) => socket.end(),
  'half-body': (socket) => socket.end(`${head}content-length: 1000\r\n\r\nhalf`),
  'continue-flood': (socket) => writeOn(socket, 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000)),
  'early-hints': (socket) => dribble(socket, 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'),
  switching: (socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
  'invalid-utf-8': (socket) => socket.end(Buffer.concat([Buffer.from(`${head}\r\n`), Buffer.alloc(2000, 0xff)])),
  nul: (socket) => socket.end(`HTTP/1.1 500 Oh\r\n\r\n${'\0'.repeat(2000)}`),
  'huge-body': (socket) => {
    socket.write(`${head}content-length: 900000000\r\n\r\n`);
    writeOn(socket, chunk);
  },
  'endless-chunks': (socket) => {
    socket.write(`${head}transfer-encoding: chunked\r\n\r\n`);
    writeOn(socket, Buffer.concat([Buffer.from('10000\r\n'), chunk, Buffer.from('\r\n')]));
  },
  'another-protocol': (socket) => socket.end('-ERR unknown command\r\n'),
  redirect: (socket) => socket.end('HTTP/1.1 308 Over there\r\nlocation: /silence/0\r\ncontent-length: 0\r\n\r\n'),
  throttle: (socket) => socket.end('HTTP/1.1 429 Later\r\nretry-after: -1\r\ncontent-length: 0\r\n\r\n'),
};

const server = createServer((socket) => {
  socket.on('error', () => {});
  let asked = '';
  const listen = (piece) => {
    asked += piece.toString('latin1');
    const kind = /^POST \/([^/]+)\//.exec(asked)?.[1];
    if (kind === undefined) return;
    socket.off('data', listen);
    socket.resume();
    kinds[kind](socket);
  };
  socket.on('data', listen);
});
server.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ port: server.address().port, kinds: Object.keys(kinds) })),
);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
