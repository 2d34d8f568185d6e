export * from './reader.js';
export * from './value.js';
export * from './writer.js';
