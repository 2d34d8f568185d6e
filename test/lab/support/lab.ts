import { z } from 'zod';

const node = z.object({
  name: z.string(),
  manageHost: z.string(),
  storageHost: z.string(),
  devices: z.array(z.string()).min(1),
  diskSizeGiB: z.number(),
  hostKey: z.object({ algorithm: z.string(), publicKey: z.string() }),
});

/** What `lab.mjs state` says. */
export const labSchema = z.object({
  ssh: z.object({
    port: z.number(),
    user: z.string(),
    sudoUser: z.string(),
    privateKeyFile: z.string(),
  }),
  nodes: z.array(node).min(3),
});

export type Lab = z.infer<typeof labSchema>;
export type LabNode = z.infer<typeof node>;

declare module 'vitest' {
  interface ProvidedContext {
    lab: Lab;
  }
}
