import type { z } from 'zod';
import type { Contract } from './contract.js';
import { goBool, goStruct } from './go-types.js';

/** The API document: both are optional and true where left out, the body may be empty. Heketi itself takes false. */
const createShape = goStruct({ block: goBool.unwrap().default(true), file: goBool.unwrap().default(true) });

export const clusterCreateContract: Contract<z.output<typeof createShape>> = { shape: createShape, emptyAllowed: true };

/** A flag that is left out becomes false: the document names both as given, and so does Heketi. */
const flagsShape = goStruct({ block: goBool, file: goBool });

export const clusterFlagsContract: Contract<z.output<typeof flagsShape>> = { shape: flagsShape };
