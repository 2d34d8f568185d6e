export * from './create-api.js';
export * from './dependencies.js';
