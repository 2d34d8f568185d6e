import { checkedHost } from '../guards.js';

/** Where a node listens. `label` is how it is called in texts for people. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly label: string;
}

const WITH_PORT = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/;

/** `host`, `host:port` or `[IPv6]:port`; several nodes can so share an address, as behind a port forwarding. */
export function endpointOf(manageHost: string, defaultPort: number): Endpoint {
  const match = WITH_PORT.exec(manageHost);
  const host = checkedHost(match?.[1] ?? match?.[2] ?? manageHost);
  const port = match?.[3] === undefined ? defaultPort : Number(match[3]);
  return { host, port, label: `${manageHost} (${host}:${port})` };
}
