/** An answer that is an error: Heketi's plain text, never JSON. */
export class WireError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'WireError';
  }
}

export const invalidPath = (): WireError => new WireError(404, 'Invalid path or request');
