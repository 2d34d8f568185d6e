import type { Readable } from 'node:stream';
import { WireError } from './wire-error.js';

/**
 * The whole body. Content-Type is not looked at.
 * @throws WireError 413 for more than `limitBytes`, 400 where the client broke off
 */
export async function readBody(request: Readable, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // The stream must outlive a refusal: destroying it would close the connection before the answer is out.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > limitBytes) {
        // What is still to come is not read: the connection cannot be used again.
        throw new WireError(413, `request body is larger than ${limitBytes.toString()} bytes`, { connection: 'close' });
      }
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof WireError) throw error;
    throw new WireError(400, 'request body could not be read');
  }
  return Buffer.concat(chunks);
}
