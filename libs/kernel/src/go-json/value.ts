/** A number as it was written: `1.0` and `1` are different things to a Go server. */
export class GoNumber {
  constructor(readonly raw: string) {}
}

/** Members in the order written, duplicates included. No JavaScript object, so that no key can be special. */
export class GoObject {
  constructor(readonly members: readonly (readonly [key: string, value: GoJson])[]) {}
}

/** JSON as Go's decoder sees it. */
export type GoJson = null | boolean | string | GoNumber | GoObject | readonly GoJson[];

/** The text is no JSON. The message is the one of Go's encoding/json. */
export class GoJsonError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'GoJsonError';
  }
}
