/**
 * The moments between which a crash must not lose or mix anything, in the order in which they are
 * passed. `save` and `delete` are those of a key, `rotate` of the wrapping key, `rekey` of the root.
 */
export const faultPoints = [
  "save.tested",
  "save.sealed",
  "save.audited",
  "save.committed",
  "save.checkpointed",
  "delete.removed",
  "delete.audited",
  "delete.committed",
  "delete.checkpointed",
  "rotate.written",
  "rotate.committed",
  "rewrap.written",
  "rewrap.committed",
  "disable.written",
  "disable.committed",
  "destroy.written",
  "destroy.committed",
  "rekey.staged",
  "rekey.written",
  "rekey.committed",
  "rekey.promoted",
] as const;
export type FaultPoint = (typeof faultPoints)[number];

/** Called at each of those moments. A test program ends its process there; nobody else does anything. */
export type AtFaultPoint = (point: FaultPoint) => void;

export const noFault: AtFaultPoint = () => undefined;
