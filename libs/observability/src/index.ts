export * from './logger.js';
export * from './readiness.js';
export * from './standard-output.js';
export * from './telemetry.js';
