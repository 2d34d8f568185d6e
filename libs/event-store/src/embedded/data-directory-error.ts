/** The data directory cannot be used; the message is one sentence with the remedy in it. */
export class DataDirectoryError extends Error {
  constructor(
    readonly dataDir: string,
    problem: string,
  ) {
    super(problem);
    this.name = 'DataDirectoryError';
  }
}

/** One server per directory. */
export function inUse(dataDir: string, by: string): DataDirectoryError {
  return new DataDirectoryError(
    dataDir,
    `the data directory ${dataDir} is in use by ${by}: stop that one, or give BRICKYARD_DATA_DIR another directory`,
  );
}
