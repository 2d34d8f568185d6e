/** Names under which the ports are injected. */
export const DEPENDENCIES = Symbol('api dependencies');
export const QUERIES = Symbol('queries');
export const LOGGER = Symbol('logger');
export const CONFIG = Symbol('config');
