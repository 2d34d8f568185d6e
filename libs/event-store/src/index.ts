export * from './connection.js';
export * from './data-source.js';
export { DataDirectoryError } from './embedded/data-directory-error.js';
export * from './embedded/embedded-postgres.js';
export * from './event-store.js';
export * from './migrate.js';
export * from './typeorm-database.js';
