export * from './create-api.js';
export * from './dependencies.js';
export * from './health/checks.js';
