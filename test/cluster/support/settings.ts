const number = (name: string, fallback: number): number => {
  const given = process.env[name];
  return given === undefined || given === '' ? fallback : Number(given);
};

/** How long clients are at work in one scenario. Short in `npm test`, long in `npm run test:history`. */
export const seconds = number('BRICKYARD_HISTORY_SECONDS', 12);

/** Decides what clients do and who is killed. That of a failed run is printed, and can be given again. */
export const seed = number('BRICKYARD_HISTORY_SEED', Math.floor(Math.random() * 1_000_000));

/** For what would take too long in `npm test`. */
export const isLong = seconds >= 60;
