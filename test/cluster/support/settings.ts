const given = (name: string): number | null => {
  const value = process.env[name];
  return value === undefined || value === '' ? null : Number(value);
};

const longSeconds = given('BRICKYARD_HISTORY_SECONDS');

/** `npm run test:history` is long: as the product is set up unless an operator says otherwise, and it measures. */
export const isLong = longSeconds !== null;

/** How long clients are at work under kill -9 of replicas and workers. */
export const stormSeconds = longSeconds ?? 6;

/** In the other scenarios, which go on until what they are about has happened at least once. */
export const otherSeconds = Math.min(stormSeconds, 60);

/** Decides what clients do and who is killed. That of a failed run is printed, and can be given again. */
export const seed = given('BRICKYARD_HISTORY_SEED') ?? Math.floor(Math.random() * 1_000_000);
