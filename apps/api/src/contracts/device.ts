import type { z } from 'zod';
import type { Contract } from './contract.js';
import { goBool, goString, goStringMap, goStruct } from './go-types.js';
import { uuid } from './node.js';
import { tagsComplaint } from './tags.js';
import { check, matches, required, violations } from './violations.js';

const DEVICE_NAME = /^\/[a-zA-Z0-9_.:/-]+$/;

const addShape = goStruct({ node: goString, name: goString, tags: goStringMap, destroydata: goBool });

export type DeviceAddBody = z.output<typeof addShape>;

export const deviceAddContract: Contract<DeviceAddBody> = {
  shape: addShape,
  rules: ({ node, name, tags }) =>
    violations({
      name: check(name, required, matches(DEVICE_NAME)),
      node: check(node, required, uuid),
      tags: tagsComplaint(tags),
    }),
};

const deleteShape = goStruct({ forceforget: goBool });

export type DeviceDeleteBody = z.output<typeof deleteShape>;

export const deviceDeleteContract: Contract<DeviceDeleteBody> = { shape: deleteShape, emptyAllowed: true };
