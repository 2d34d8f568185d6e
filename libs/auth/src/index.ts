export * from './auth-error.js';
export * from './claimed-issuer.js';
export * from './claims.js';
export * from './heketi-jwt.strategy.js';
export * from './jwt-auth.guard.js';
export * from './principal.js';
export * from './request-target.js';
