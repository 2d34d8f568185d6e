import type { DeviceObservation, OperationState } from '#domain';
import { z } from 'zod';

const observation = z.object({
  totalKiB: z.number(),
  freeKiB: z.number(),
  extentSizeKiB: z.number(),
  pvUuid: z.string(),
  paths: z.array(z.string()),
});

/** What a step saw of a device. @throws Error where the step did not record it */
export function observedDevice(operation: OperationState, step: string): DeviceObservation {
  return observation.parse(operation.steps[step]?.observed);
}

/** An observation in the form in which a step records it. */
export function recorded(
  seen: DeviceObservation,
): DeviceObservation & Readonly<Record<string, number | string | readonly string[]>> {
  const { totalKiB, freeKiB, extentSizeKiB, pvUuid, paths } = seen;
  return { totalKiB, freeKiB, extentSizeKiB, pvUuid, paths };
}
