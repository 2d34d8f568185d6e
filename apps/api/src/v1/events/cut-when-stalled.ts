import type { ServerResponse } from 'node:http';

/**
 * Cuts an answer that its client takes nothing of for so long: what is still to be sent would never go out, and its place
 * would be taken until the machine at the other end is switched off. Only for answers that have something to say more often
 * than that. A client that takes a little is only slow.
 */
export function cutWhenStalled(response: ServerResponse, afterMs: number, onCut: () => void): void {
  // The socket's own timer: it looks whether bytes have gone out since.
  response.setTimeout(afterMs, () => {
    onCut();
    response.destroy();
  });
}
