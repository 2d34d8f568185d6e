/** Names under which the ports are injected. */
export const DEPENDENCIES = Symbol('api dependencies');
export const LEDGER = Symbol('ledger');
export const QUERIES = Symbol('queries');
export const LOGGER = Symbol('logger');
export const CONFIG = Symbol('config');
