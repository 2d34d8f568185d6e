/** What JSON can hold; the data of events and observations. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
