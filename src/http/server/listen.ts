import type { Server } from 'node:http';
import { Refusal } from '../../domain/refusal.ts';

export type Address = { readonly host: string; readonly port: number };

/** Starts listening and returns the port; 0 picks a free one. Refuses an address that is not available. */
export async function listen(server: Server, at: Address, variable: 'PORT' | 'METRICS_PORT'): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void => reject(describeFailure(error, at, variable));
    server.once('error', fail);
    server.listen(at.port, at.host, () => {
      server.off('error', fail);
      resolve();
    });
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : at.port;
}

function describeFailure(error: Error, { host, port }: Address, variable: string): Error {
  const refuse = (detail: string): Refusal => new Refusal('service_unavailable', detail);
  switch ('code' in error ? error.code : undefined) {
    case 'EADDRINUSE':
      return refuse(
        `port ${port} of ${host} is in use by another program: stop that one, or set ${variable} to another port (0 picks a free one)`,
      );
    case 'EACCES':
      return refuse(`no permission to listen on port ${port}: set ${variable} to a port from 1024`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return refuse(`HOST=${host} is no address of this machine: set HOST to one, such as 127.0.0.1 or 0.0.0.0`);
    default:
      return error;
  }
}
