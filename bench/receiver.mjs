// Subscribers for measurements: everything is answered 204 but "/hang", which never is.
// Prints its port. `GET /count` returns the number of messages per path and when the last one arrived.
import { createServer } from 'node:http';

let counts = {};
let last = 0;
const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.end(JSON.stringify({ counts, last }));
    if (request.url === '/reset') counts = {};
    return;
  }
  request.resume();
  request.on('end', () => {
    last = performance.timeOrigin + performance.now();
    counts[request.url] = (counts[request.url] ?? 0) + 1;
    if (request.url !== '/hang') response.writeHead(204).end();
  });
});
// Longer than clients keep connections, so that none is closed just as a message is sent.
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
