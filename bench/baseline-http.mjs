// A baseline of bench.mjs: node:http alone, which answers a constant text of 1 kB.
import { createServer } from 'node:http';

const body = JSON.stringify({ text: 'x'.repeat(1000) });
const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
const server = createServer((_request, response) => response.writeHead(200, headers).end(body));
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
process.stdin.on('end', () => process.exit()).resume();
