/** The version of this build; package.json has the same, and a test holds them together. */
export const version = '0.1.0';
